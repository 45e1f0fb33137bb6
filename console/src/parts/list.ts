/** The part of a list that an address names: page and size, and by what it is sorted. */
export interface ListSearch {
  page?: number;
  per?: number;
  sort?: string;
}

export const PER_PAGE = 50;
export const SIZES = [20, 50, 100, 200];

function counted(value: unknown, most: number): number | undefined {
  const number = typeof value === "number" ? value : Number(value);
  return Number.isInteger(number) && number >= 1 && number <= most ? number : undefined;
}

/** From the address, which anybody may have written by hand: what makes no sense counts as not there. */
export function listSearch(raw: Record<string, unknown>): ListSearch {
  const found: ListSearch = {};
  const page = counted(raw.page, 1_000_000);
  const per = counted(raw.per, 1000);
  if (page && page > 1) found.page = page;
  if (per && per !== PER_PAGE) found.per = per;
  if (typeof raw.sort === "string" && /^-?[a-z_]+$/.test(raw.sort)) found.sort = raw.sort;
  return found;
}

/** A word out of those that are known. */
export function oneOf<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((each) => each === value);
}

/** Text that somebody typed; a number in an address is text too. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : typeof value === "number" ? String(value) : undefined;
}

/** A list that one finds rows of by a part of their titles. */
export interface NamedSearch extends ListSearch {
  name?: string;
}

export function namedSearch(raw: Record<string, unknown>): NamedSearch {
  return { ...listSearch(raw), name: text(raw.name) };
}

const NO_FILTERS = ["page", "per", "sort"];

/** What of it leaves something out. */
export function filtersOf(search: ListSearch): string[] {
  const filters = Object.entries(search).filter(([name, value]) => value !== undefined && !NO_FILTERS.includes(name));
  return filters.map(([name]) => name);
}

/** As the API takes it. */
export function windowOf(search: ListSearch, sort: string): { limit: number; offset: number; ordering: string } {
  const limit = search.per ?? PER_PAGE;
  return { limit, offset: ((search.page ?? 1) - 1) * limit, ordering: search.sort ?? sort };
}
