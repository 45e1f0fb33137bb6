import { listSearch, oneOf, text, type ListSearch } from "../parts/list";

export const BATCH_STATES = [
  "resolving", "awaiting_approval", "verifying", "passed", "failed", "rejected", "cancelled",
] as const;

/** Which batches: what the address of the list says. */
export interface BatchesSearch extends ListSearch {
  state?: (typeof BATCH_STATES)[number];
  bundle?: string;
  fleet?: string;
}

export function batchesSearch(raw: Record<string, unknown>): BatchesSearch {
  return { ...listSearch(raw), state: oneOf(raw.state, BATCH_STATES), bundle: text(raw.bundle), fleet: text(raw.fleet) };
}
