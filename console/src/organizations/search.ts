import { namedSearch, oneOf, type NamedSearch } from "../parts/list";

export const KINDS = ["oem", "sp", "platform"] as const;

export interface OrganizationsSearch extends NamedSearch {
  kind?: (typeof KINDS)[number];
  active?: "yes" | "no";
}

export function organizationsSearch(raw: Record<string, unknown>): OrganizationsSearch {
  return {
    ...namedSearch(raw),
    kind: oneOf(raw.kind, KINDS),
    active: oneOf(raw.active, ["yes", "no"] as const),
  };
}
