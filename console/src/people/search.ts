import { listSearch, text, type ListSearch } from "../parts/list";

export interface PeopleSearch extends ListSearch {
  role?: string;
}

export function peopleSearch(raw: Record<string, unknown>): PeopleSearch {
  return { ...listSearch(raw), role: text(raw.role) };
}
