import { listSearch, oneOf, text, type ListSearch } from "../parts/list";

export const TYPES = ["service", "component", "layer"] as const;

export interface ItemsSearch extends ListSearch {
  name?: string;
  type?: (typeof TYPES)[number];
}

export function itemsSearch(raw: Record<string, unknown>): ItemsSearch {
  return { ...listSearch(raw), name: text(raw.name), type: oneOf(raw.type, TYPES) };
}
