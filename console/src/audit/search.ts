import { listSearch, oneOf, text, type ListSearch } from "../parts/list";

export const OUTCOMES = ["done", "denied", "not found", "unauthenticated"] as const;

export interface AuditSearch extends ListSearch {
  operation?: string;
  who?: string;
  outcome?: (typeof OUTCOMES)[number];
  target?: string;
  /** Days in the viewer's zone, `2026-03-01`; `until` is the last one, within. */
  since?: string;
  until?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function day(value: unknown): string | undefined {
  return typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

export function auditSearch(raw: Record<string, unknown>): AuditSearch {
  return {
    ...listSearch(raw),
    operation: text(raw.operation),
    who: text(raw.who),
    outcome: oneOf(raw.outcome, OUTCOMES),
    target: text(raw.target),
    since: day(raw.since),
    until: day(raw.until),
  };
}

/** The instant at which a day of the viewer begins; `after` so many days later. */
export function beginOf(named: string | undefined, after = 0): string | undefined {
  if (named === undefined) return undefined;
  const [year = 0, month = 1, date = 1] = named.split("-").map(Number);
  return new Date(year, month - 1, date + after).toISOString();
}
