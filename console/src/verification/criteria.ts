import type { Schemas } from "../api/client";
import { asPercent, secondsOf } from "../campaigns/durations";

export type Criteria = Schemas["CriteriaBody"];
export type Severity = Criteria["severity"];

export const SEVERITIES = ["info", "warning", "error", "critical"] as const;
const MINUTES_MOST = 366 * 24 * 60;
const UNITS_MOST = 1_000_000;

/** Criteria as somebody types them. */
export interface CriteriaDraft {
  share: string;
  soak: string;
  severity: Severity;
  least: string;
}

export function drafted({ success_share: share, soak, severity, units_least: least }: Criteria): CriteriaDraft {
  return {
    share: asPercent(share),
    soak: String(Math.round((secondsOf(soak) ?? 0) / 60)),
    severity,
    least: String(least),
  };
}

/** Fields that do not hold what they must. */
export function faultsOf(draft: CriteriaDraft): ReadonlySet<keyof CriteriaDraft> {
  const share = Number(draft.share);
  const fits: [keyof CriteriaDraft, boolean][] = [
    ["share", draft.share.trim() !== "" && share > 0 && share <= 100],
    ["soak", whole(draft.soak, 0, MINUTES_MOST)],
    ["least", whole(draft.least, 1, UNITS_MOST)],
  ];
  return new Set(fits.filter(([, fit]) => !fit).map(([name]) => name));
}

/** As the API takes it. */
export function criteriaOf(draft: CriteriaDraft): Criteria {
  return {
    success_share: Number((Number(draft.share) / 100).toFixed(6)),
    soak: `PT${Number(draft.soak)}M`,
    severity: draft.severity,
    units_least: Number(draft.least),
  };
}

function whole(typed: string, from: number, to: number): boolean {
  return /^\d+$/.test(typed.trim()) && Number(typed) >= from && Number(typed) <= to;
}
