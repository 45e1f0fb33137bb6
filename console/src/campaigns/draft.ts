import type { Schemas } from "../api/client";
import type { Policy } from "./queries";

export type Strategy = "canary" | "staged" | "blue_green" | "rolling";
export const STRATEGIES: Strategy[] = ["staged", "canary", "blue_green", "rolling"];

/** What somebody says of a campaign before it is one; numbers as they were typed. */
export interface Draft {
  title: string;
  bundle: string;
  fleets: string[];
  sets: string[];
  selector: string;
  strategy: Strategy;
  shares: string;
  soakMinutes: string;
  success: string;
  failed: string;
  sample: string;
  manual: boolean;
  test: boolean;
  atOnce: string;
  perMinute: string;
  deadlineHours: string;
  offlineHours: string;
  goBack: boolean;
  fourEyes: boolean;
}

export function emptyDraft(bundle: string | undefined): Draft {
  return {
    title: "", bundle: bundle ?? "", fleets: [], sets: [], selector: "",
    strategy: "staged", shares: "5, 50, 100", soakMinutes: "30", success: "95", failed: "2", sample: "5",
    manual: false, test: true, atOnce: "", perMinute: "", deadlineHours: "2", offlineHours: "24",
    goBack: true, fourEyes: false,
  };
}

/** Growing shares of 0 to 1 out of `2, 20, 100`; undefined where that makes no sense. */
export function sharesOf(typed: string): number[] | undefined {
  const shares = typed.split(",").map((part) => (part.trim() === "" ? NaN : Number(part) / 100));
  const grow = shares.every((share, place) => share > (shares[place - 1] ?? 0) && share <= 1);
  return grow ? shares : undefined;
}

function within(typed: string, least: number, most: number): boolean {
  const number = Number(typed);
  return typed.trim() !== "" && number >= least && number <= most;
}

/** The fields that make no sense as they are. */
export function faultsOf(draft: Draft): ReadonlySet<keyof Draft> {
  const faults = new Set<keyof Draft>();
  const limit = (typed: string) => typed === "" || (within(typed, 1, 10_000_000) && Number.isInteger(Number(typed)));
  if (draft.strategy === "rolling" && !sharesOf(draft.shares)) faults.add("shares");
  if (!within(draft.soakMinutes, 0, 500_000)) faults.add("soakMinutes");
  if (!within(draft.success, 0.01, 100)) faults.add("success");
  if (!within(draft.failed, 0, 100 - (Number(draft.success) || 0))) faults.add("failed");
  if (!within(draft.sample, 1, 100_000)) faults.add("sample");
  if (!limit(draft.atOnce)) faults.add("atOnce");
  if (!limit(draft.perMinute)) faults.add("perMinute");
  if (!within(draft.deadlineHours, 1 / 60, 8_000)) faults.add("deadlineHours");
  if (!within(draft.offlineHours, 1 / 60, 8_000)) faults.add("offlineHours");
  return faults;
}

const seconds = (amount: string, each: number) => `PT${Math.round(Number(amount) * each)}S`;
const limited = (typed: string) => (typed === "" ? null : Number(typed));

export function policyOf(draft: Draft): Policy {
  const own = draft.strategy === "rolling" ? (sharesOf(draft.shares) ?? []) : [];
  return {
    strategy: draft.strategy,
    waves: own.map((share) => ({ share, sets: [] })),
    gate: {
      success_share: Number(draft.success) / 100,
      failed_share: Number(draft.failed) / 100,
      min_sample: Number(draft.sample),
      soak: seconds(draft.soakMinutes, 60),
      severity: "error",
      manual: draft.manual,
      early_pass: false,
    },
    sequential: draft.test ? { p0: 0.001, p1: 0.02, alpha: 0.05, beta: 0.05 } : null,
    limits: { at_once: limited(draft.atOnce), starts_per_minute: limited(draft.perMinute) },
    offline: { after: seconds(draft.offlineHours, 3600), then: "exclude" },
    unit_deadline: seconds(draft.deadlineHours, 3600),
    newcomers: "join",
    priority: 0,
    roll_back_on_halt: draft.goBack,
    four_eyes: draft.fourEyes,
  };
}

export function bodyOf(draft: Draft): Schemas["NewCampaign"] {
  return {
    title: draft.title.trim(),
    bundle_id: draft.bundle,
    selection: { fleets: draft.fleets, sets: draft.sets, selector: draft.selector.trim() || null, units: [] },
    policy: policyOf(draft),
  };
}

/** An ISO 8601 duration of days, hours, minutes and seconds in words: `PT5400S` is `1.5 hours`. */
export function durationWords(iso: string): string {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(iso);
  if (!found) return iso;
  const [days, hours, minutes, rest] = found.slice(1).map((part) => Number(part ?? 0));
  const total = ((days ?? 0) * 24 + (hours ?? 0)) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0);
  const [size, name] = total >= 172_800 ? [86_400, "day"] : total >= 3600 ? [3600, "hour"] : total >= 60 ? [60, "minute"] : [1, "second"];
  const amount = Number((total / Number(size)).toFixed(1));
  return `${amount} ${name}${amount === 1 ? "" : "s"}`;
}

/** A share of 0 to 1 as people say it. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
