import { namedSearch, oneOf, text, type NamedSearch } from "../parts/list";

export const BATCH_STATES = [
  "resolving", "awaiting_approval", "verifying", "passed", "failed", "rejected", "cancelled",
] as const;

/** Which batches: what the address of the list says. */
export interface BatchesSearch extends NamedSearch {
  state?: (typeof BATCH_STATES)[number];
  bundle?: string;
  fleet?: string;
}

export function batchesSearch(raw: Record<string, unknown>): BatchesSearch {
  return { ...namedSearch(raw), state: oneOf(raw.state, BATCH_STATES), bundle: text(raw.bundle), fleet: text(raw.fleet) };
}
