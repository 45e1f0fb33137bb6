import { listSearch, oneOf, windowOf, type ListSearch } from "../parts/list";

export const TYPES = ["group", "user"] as const;

export interface SubjectsSearch extends ListSearch {
  type?: (typeof TYPES)[number];
}

export function subjectsSearch(raw: Record<string, unknown>): SubjectsSearch {
  return { ...listSearch(raw), type: oneOf(raw.type, TYPES) };
}

export function subjectsAsked(search: SubjectsSearch) {
  return { ...windowOf(search, "title"), type: search.type };
}

/** Names that somebody typed with commas between; none of them is the item's own. */
export function namesIn(typed: string): string[] | null {
  const names = typed.split(",").map((each) => each.trim()).filter(Boolean);
  return names.length ? names : null;
}
