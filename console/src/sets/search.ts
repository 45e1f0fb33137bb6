import { listSearch, oneOf, text, windowOf, type ListSearch } from "../parts/list";

/** Which sets: what the address of the list says. */
export interface SetsSearch extends ListSearch {
  fleet?: string;
  verification?: "yes" | "no";
}

export function setsSearch(raw: Record<string, unknown>): SetsSearch {
  return { ...listSearch(raw), fleet: text(raw.fleet), verification: oneOf(raw.verification, ["yes", "no"]) };
}

/** The same, as the API takes it. */
export function setsAsked(search: SetsSearch) {
  return {
    ...windowOf(search, "title"),
    fleet_id: search.fleet,
    verification: search.verification ? search.verification === "yes" : undefined,
  };
}
