import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { auditSearch } from "../audit/search";
import { campaignsSearch, membersSearch, newCampaignSearch } from "../campaigns/search";
import { keysSearch, waitingSearch } from "../enrolment/search";
import { bundlesSearch } from "../items/bundlesSearch";
import { itemsSearch, versionSearch } from "../items/search";
import { listSearch, namedSearch } from "../parts/list";
import { organizationsSearch } from "../organizations/search";
import { peopleSearch } from "../people/search";
import { rxswinsSearch } from "../rxswins/search";
import { setsSearch } from "../sets/search";
import { subjectsSearch } from "../subjects/search";
import { unitsSearch } from "../units/search";
import { batchesSearch } from "../verification/search";
import { Broken } from "./Broken";
import { Frame } from "./Frame";
import { NotFound } from "./NotFound";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("../overview/OverviewPage"), "OverviewPage"),
});
const units = createRoute({
  getParentRoute: () => root,
  path: "/units",
  validateSearch: unitsSearch,
  component: lazyRouteComponent(() => import("../units/UnitsPage"), "UnitsPage"),
});
const unit = createRoute({
  getParentRoute: () => root,
  path: "/units/$id",
  component: lazyRouteComponent(() => import("../units/UnitPage"), "UnitPage"),
});
const fleets = createRoute({
  getParentRoute: () => root,
  path: "/fleets",
  validateSearch: namedSearch,
  component: lazyRouteComponent(() => import("../fleets/FleetsPage"), "FleetsPage"),
});
const fleet = createRoute({
  getParentRoute: () => root,
  path: "/fleets/$id",
  component: lazyRouteComponent(() => import("../fleets/FleetPage"), "FleetPage"),
});
const sets = createRoute({
  getParentRoute: () => root,
  path: "/sets",
  validateSearch: setsSearch,
  component: lazyRouteComponent(() => import("../sets/SetsPage"), "SetsPage"),
});
const set = createRoute({
  getParentRoute: () => root,
  path: "/sets/$id",
  component: lazyRouteComponent(() => import("../sets/SetPage"), "SetPage"),
});
const waiting = createRoute({
  getParentRoute: () => root,
  path: "/waiting",
  validateSearch: waitingSearch,
  component: lazyRouteComponent(() => import("../enrolment/WaitingPage"), "WaitingPage"),
});
const enrolmentKeys = createRoute({
  getParentRoute: () => root,
  path: "/enrolment-keys",
  validateSearch: keysSearch,
  component: lazyRouteComponent(() => import("../enrolment/KeysPage"), "KeysPage"),
});
const subjects = createRoute({
  getParentRoute: () => root,
  path: "/subjects",
  validateSearch: subjectsSearch,
  component: lazyRouteComponent(() => import("../subjects/SubjectsPage"), "SubjectsPage"),
});
const subject = createRoute({
  getParentRoute: () => root,
  path: "/subjects/$id",
  component: lazyRouteComponent(() => import("../subjects/SubjectPage"), "SubjectPage"),
});
const targetSystems = createRoute({
  getParentRoute: () => root,
  path: "/target-systems",
  validateSearch: namedSearch,
  component: lazyRouteComponent(() => import("../targetSystems/TargetSystemsPage"), "TargetSystemsPage"),
});
const targetSystem = createRoute({
  getParentRoute: () => root,
  path: "/target-systems/$id",
  component: lazyRouteComponent(() => import("../targetSystems/TargetSystemPage"), "TargetSystemPage"),
});
const rxswins = createRoute({
  getParentRoute: () => root,
  path: "/rxswins",
  validateSearch: rxswinsSearch,
  component: lazyRouteComponent(() => import("../rxswins/RxswinsPage"), "RxswinsPage"),
});
const rxswin = createRoute({
  getParentRoute: () => root,
  path: "/rxswins/$id",
  component: lazyRouteComponent(() => import("../rxswins/RxswinPage"), "RxswinPage"),
});
const items = createRoute({
  getParentRoute: () => root,
  path: "/items",
  validateSearch: itemsSearch,
  component: lazyRouteComponent(() => import("../items/ItemsPage"), "ItemsPage"),
});
const item = createRoute({
  getParentRoute: () => root,
  path: "/items/$id",
  validateSearch: versionSearch,
  component: lazyRouteComponent(() => import("../items/ItemPage"), "ItemPage"),
});
const bundles = createRoute({
  getParentRoute: () => root,
  path: "/bundles",
  validateSearch: bundlesSearch,
  component: lazyRouteComponent(() => import("../items/BundlesPage"), "BundlesPage"),
});
const bundle = createRoute({
  getParentRoute: () => root,
  path: "/bundles/$id",
  component: lazyRouteComponent(() => import("../items/BundlePage"), "BundlePage"),
});
const batches = createRoute({
  getParentRoute: () => root,
  path: "/verification",
  validateSearch: batchesSearch,
  component: lazyRouteComponent(() => import("../verification/BatchesPage"), "BatchesPage"),
});
const batch = createRoute({
  getParentRoute: () => root,
  path: "/verification/$id",
  component: lazyRouteComponent(() => import("../verification/BatchPage"), "BatchPage"),
});
const campaigns = createRoute({
  getParentRoute: () => root,
  path: "/campaigns",
  validateSearch: campaignsSearch,
  component: lazyRouteComponent(() => import("../campaigns/CampaignsPage"), "CampaignsPage"),
});
const newCampaign = createRoute({
  getParentRoute: () => root,
  path: "/campaigns/new",
  validateSearch: newCampaignSearch,
  component: lazyRouteComponent(() => import("../campaigns/NewCampaignPage"), "NewCampaignPage"),
});
const campaign = createRoute({
  getParentRoute: () => root,
  path: "/campaigns/$id",
  validateSearch: membersSearch,
  component: lazyRouteComponent(() => import("../campaigns/CampaignPage"), "CampaignPage"),
});
const changeCampaign = createRoute({
  getParentRoute: () => root,
  path: "/campaigns/$id/change",
  component: lazyRouteComponent(() => import("../campaigns/ChangeCampaignPage"), "ChangeCampaignPage"),
});
const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import("../people/PeoplePage"), "PeoplePage"),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("../audit/AuditPage"), "AuditPage"),
});
const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  component: lazyRouteComponent(() => import("../session/AccountPage"), "AccountPage"),
});
const person = createRoute({
  getParentRoute: () => root,
  path: "/people/$id",
  component: lazyRouteComponent(() => import("../people/PersonPage"), "PersonPage"),
});
const organizations = createRoute({
  getParentRoute: () => root,
  path: "/organizations",
  validateSearch: organizationsSearch,
  component: lazyRouteComponent(() => import("../organizations/OrganizationsPage"), "OrganizationsPage"),
});
const organization = createRoute({
  getParentRoute: () => root,
  path: "/organizations/$id",
  component: lazyRouteComponent(() => import("../organizations/OrganizationPage"), "OrganizationPage"),
});
const grants = createRoute({
  getParentRoute: () => root,
  path: "/grants",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("../grants/GrantsPage"), "GrantsPage"),
});
const platform = createRoute({
  getParentRoute: () => root,
  path: "/platform",
  component: lazyRouteComponent(() => import("../platform/PlatformPage"), "PlatformPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([overview, units, unit, waiting, enrolmentKeys, fleets, fleet, sets, set, subjects, subject, targetSystems, targetSystem, rxswins, rxswin, items, item, bundles, bundle, batches, batch, campaigns, newCampaign, campaign, changeCampaign, people, person, organizations, organization, grants, audit, account, platform]),
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
