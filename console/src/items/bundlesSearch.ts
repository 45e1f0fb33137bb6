import { listSearch, oneOf, type ListSearch } from "../parts/list";

export const STATES = ["received", "processing", "ready", "rejected"] as const;

export interface BundlesSearch extends ListSearch {
  state?: (typeof STATES)[number];
}

export function bundlesSearch(raw: Record<string, unknown>): BundlesSearch {
  return { ...listSearch(raw), state: oneOf(raw.state, STATES) };
}
