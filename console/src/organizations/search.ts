import { listSearch, oneOf, text, type ListSearch } from "../parts/list";

export const KINDS = ["oem", "sp", "platform"] as const;

export interface OrganizationsSearch extends ListSearch {
  kind?: (typeof KINDS)[number];
  title?: string;
  active?: "yes" | "no";
}

export function organizationsSearch(raw: Record<string, unknown>): OrganizationsSearch {
  return {
    ...listSearch(raw),
    kind: oneOf(raw.kind, KINDS),
    title: text(raw.title),
    active: oneOf(raw.active, ["yes", "no"] as const),
  };
}
