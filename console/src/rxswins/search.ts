import { listSearch, text, type ListSearch } from "../parts/list";

/** Which numbers: what the address of the list says. */
export interface RxswinsSearch extends ListSearch {
  number?: string;
  system?: string;
}

export function rxswinsSearch(raw: Record<string, unknown>): RxswinsSearch {
  return { ...listSearch(raw), number: text(raw.number), system: text(raw.system) };
}
