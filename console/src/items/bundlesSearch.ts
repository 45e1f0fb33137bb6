import { namedSearch, oneOf, type NamedSearch } from "../parts/list";

export const STATES = ["received", "processing", "ready", "rejected"] as const;

export interface BundlesSearch extends NamedSearch {
  state?: (typeof STATES)[number];
  /** Of the last 14 days. */
  recent?: "yes";
}

export const RECENT_DAYS = 14;

/** The beginning of the day 14 days ago, UTC: the same all day, so that a list is not asked for anew each moment. */
export function recentSince(now = Date.now()): string {
  return `${new Date(now - RECENT_DAYS * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
}

export function bundlesSearch(raw: Record<string, unknown>): BundlesSearch {
  return { ...namedSearch(raw), state: oneOf(raw.state, STATES), recent: oneOf(raw.recent, ["yes"]) };
}
