import { listSearch, oneOf, text, type ListSearch } from "../parts/list";

export const TYPES = ["service", "component", "layer"] as const;

export interface ItemsSearch extends ListSearch {
  name?: string;
  type?: (typeof TYPES)[number];
}

export function itemsSearch(raw: Record<string, unknown>): ItemsSearch {
  return { ...listSearch(raw), name: text(raw.name), type: oneOf(raw.type, TYPES) };
}

/** Which version of an item the page shows; none is the newest. */
export interface VersionSearch {
  version?: string;
}

export function versionSearch(raw: Record<string, unknown>): VersionSearch {
  return { version: text(raw.version) };
}
