import { listSearch, text, type ListSearch } from "../parts/list";

export interface AuditSearch extends ListSearch {
  operation?: string;
}

export function auditSearch(raw: Record<string, unknown>): AuditSearch {
  return { ...listSearch(raw), operation: text(raw.operation) };
}
