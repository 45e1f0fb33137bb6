import { namedSearch, oneOf, windowOf, type NamedSearch } from "../parts/list";

export const TYPES = ["group", "user"] as const;

export interface SubjectsSearch extends NamedSearch {
  type?: (typeof TYPES)[number];
}

export function subjectsSearch(raw: Record<string, unknown>): SubjectsSearch {
  return { ...namedSearch(raw), type: oneOf(raw.type, TYPES) };
}

export function subjectsAsked(search: SubjectsSearch) {
  return { ...windowOf(search, "title"), search: search.name, type: search.type };
}

/** Names that somebody typed with commas between; none of them is the item's own. */
export function namesIn(typed: string): string[] | null {
  const names = typed.split(",").map((each) => each.trim()).filter(Boolean);
  return names.length ? names : null;
}
