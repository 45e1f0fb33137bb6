import { listSearch, oneOf, text, type ListSearch } from "../parts/list";
import { ROLES } from "./roles";

export interface PeopleSearch extends ListSearch {
  role?: (typeof ROLES)[number];
  username?: string;
  organization?: string;
  active?: "yes" | "no";
}

export function peopleSearch(raw: Record<string, unknown>): PeopleSearch {
  return {
    ...listSearch(raw),
    role: oneOf(raw.role, ROLES),
    username: text(raw.username),
    organization: text(raw.organization),
    active: oneOf(raw.active, ["yes", "no"] as const),
  };
}
