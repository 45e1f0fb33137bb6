import { namedSearch, oneOf, text, windowOf, type NamedSearch } from "../parts/list";

/** Which sets: what the address of the list says. */
export interface SetsSearch extends NamedSearch {
  fleet?: string;
  verification?: "yes" | "no";
}

export function setsSearch(raw: Record<string, unknown>): SetsSearch {
  return { ...namedSearch(raw), fleet: text(raw.fleet), verification: oneOf(raw.verification, ["yes", "no"]) };
}

/** The same, as the API takes it. */
export function setsAsked(search: SetsSearch) {
  return {
    ...windowOf(search, "title"),
    search: search.name,
    fleet_id: search.fleet,
    verification: search.verification ? search.verification === "yes" : undefined,
  };
}
