import { namedSearch, text, type NamedSearch } from "../parts/list";

/** Which numbers: what the address of the list says. */
export interface RxswinsSearch extends NamedSearch {
  system?: string;
}

export function rxswinsSearch(raw: Record<string, unknown>): RxswinsSearch {
  return { ...namedSearch(raw), system: text(raw.system) };
}
