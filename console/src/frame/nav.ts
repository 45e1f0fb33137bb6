import { words } from "../words/en";

/** A page of the menu, and the operation that it begins with: whoever may not ask for that does not see it. */
export interface Entry {
  to: "/" | "/units" | "/waiting" | "/enrolment-keys" | "/fleets" | "/sets" | "/subjects" | "/target-systems" | "/rxswins" | "/items" | "/bundles" | "/verification" | "/campaigns" | "/people" | "/organizations" | "/grants" | "/audit" | "/platform";
  title: string;
  needs: string | null;
}

export const ENTRIES: Entry[] = [
  { to: "/", title: words.nav.overview, needs: null },
  { to: "/units", title: words.nav.units, needs: "units_list" },
  { to: "/waiting", title: words.nav.waiting, needs: "waiting_units_list" },
  { to: "/enrolment-keys", title: words.nav.enrolmentKeys, needs: "enrolment_keys_list" },
  { to: "/fleets", title: words.nav.fleets, needs: "fleets_list" },
  { to: "/sets", title: words.nav.sets, needs: "unit_sets_list" },
  { to: "/subjects", title: words.nav.subjects, needs: "subjects_list" },
  { to: "/target-systems", title: words.nav.targetSystems, needs: "target_systems_list" },
  { to: "/rxswins", title: words.nav.rxswins, needs: "rxswins_list" },
  { to: "/items", title: words.nav.items, needs: "items_list" },
  { to: "/bundles", title: words.nav.bundles, needs: "deployment_bundles_list" },
  { to: "/verification", title: words.nav.verification, needs: "verification_batches_list" },
  { to: "/campaigns", title: words.nav.campaigns, needs: "campaigns_list" },
  { to: "/people", title: words.nav.people, needs: "users_list" },
  { to: "/organizations", title: words.nav.organizations, needs: "organizations_list" },
  { to: "/grants", title: words.nav.grants, needs: "grants_list" },
  { to: "/audit", title: words.nav.audit, needs: "audit_list" },
  { to: "/platform", title: words.nav.platform, needs: "platform_read" },
];
