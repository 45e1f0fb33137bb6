import { listSearch, oneOf, text, windowOf, type ListSearch } from "../parts/list";

export const STATES = ["waiting", "approved", "rejected", "expired"] as const;
export const KINDS = ["enrolment", "return"] as const;
export const ANY = "any";

/** Which Units at the door; without a state those that wait. */
export interface WaitingSearch extends ListSearch {
  state?: (typeof STATES)[number] | typeof ANY;
  kind?: (typeof KINDS)[number];
}

export function waitingSearch(raw: Record<string, unknown>): WaitingSearch {
  return { ...listSearch(raw), state: oneOf(raw.state, [...STATES, ANY]), kind: oneOf(raw.kind, KINDS) };
}

/** The same, as the API takes it. */
export function waitingAsked(search: WaitingSearch) {
  const state = search.state ?? "waiting";
  return { ...windowOf(search, "-created_at"), kind: search.kind, status: state === ANY ? undefined : state };
}

export interface KeysSearch extends ListSearch {
  fleet?: string;
}

export function keysSearch(raw: Record<string, unknown>): KeysSearch {
  return { ...listSearch(raw), fleet: text(raw.fleet) };
}
