import type { Schemas } from "../api/client";
import { asPercent, secondsOf } from "./durations";
import { typedWindows, windowsOf } from "./windows";

export type Policy = Schemas["PolicyBody"];
type Gate = NonNullable<Policy["gate"]>;
export type Severity = NonNullable<Gate["severity"]>;

/** `sets`: one Unit Set after another; `kept`: the waves it has, which no form has fields for. */
export type Ways = "staged" | "canary" | "blue_green" | "rolling" | "sets" | "kept";
export const WAYS: Ways[] = ["staged", "canary", "blue_green", "rolling", "sets"];
export const SEVERITIES: Severity[] = ["info", "warning", "error", "critical"];

/** How a campaign goes, as somebody types it; numbers as they were typed. */
export interface PolicyDraft {
  strategy: Ways;
  shares: string;
  inSets: string[];
  rest: boolean;
  soakMinutes: string;
  success: string;
  failed: string;
  sample: string;
  severity: Severity;
  manual: boolean;
  test: boolean;
  usual: string;
  tooMany: string;
  wrongHalt: string;
  missed: string;
  early: boolean;
  atOnce: string;
  perMinute: string;
  rampFirst: string;
  rampHours: string;
  megabytes: string;
  download: string;
  install: string;
  activate: string;
  precondition: string;
  deadlineHours: string;
  offlineHours: string;
  offlineFails: boolean;
  join: boolean;
  priority: string;
  goBack: boolean;
  wayBack: boolean;
  fourEyes: boolean;
}

export const USUAL: PolicyDraft = {
  strategy: "staged", shares: "5, 50, 100", inSets: [], rest: true,
  soakMinutes: "30", success: "95", failed: "2", sample: "5", severity: "error", manual: false,
  test: true, usual: "", tooMany: "", wrongHalt: "5", missed: "5", early: false,
  atOnce: "", perMinute: "", rampFirst: "", rampHours: "1", megabytes: "",
  download: "", install: "", activate: "", precondition: "", deadlineHours: "2", offlineHours: "24", offlineFails: false,
  join: true, priority: "0", goBack: true, wayBack: false, fourEyes: false,
};

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

const whole = (typed: string, least: number, most: number) =>
  within(typed, least, most) && Number.isInteger(Number(typed));

/** Without a limit there is nothing for starts to grow to. */
const grows = ({ perMinute, rampFirst }: PolicyDraft) => perMinute !== "" && rampFirst !== "";

/** The fields that make no sense as they are. */
export function faultsOf(draft: PolicyDraft): ReadonlySet<keyof PolicyDraft> {
  const chance = (typed: string) => within(typed, 0.000001, 99.9999);
  const limit = (typed: string) => typed === "" || whole(typed, 1, 10_000_000);
  const fits: [keyof PolicyDraft, boolean][] = [
    ["shares", draft.strategy !== "rolling" || sharesOf(draft.shares) !== undefined],
    ["inSets", draft.strategy !== "sets" || draft.inSets.length > 0],
    ["soakMinutes", within(draft.soakMinutes, 0, 500_000)],
    ["success", within(draft.success, 0.01, 100)],
    ["failed", within(draft.failed, 0, 100 - (Number(draft.success) || 0))],
    ["sample", whole(draft.sample, 1, 100_000)],
    ["usual", !draft.test || draft.usual === "" || chance(draft.usual)],
    ["tooMany", !draft.test || draft.tooMany === "" || (chance(draft.tooMany) && Number(draft.tooMany) > Number(draft.usual))],
    ["wrongHalt", !draft.test || chance(draft.wrongHalt)],
    ["missed", !draft.test || (chance(draft.missed) && Number(draft.missed) + Number(draft.wrongHalt) < 100)],
    ["atOnce", limit(draft.atOnce)],
    ["perMinute", limit(draft.perMinute)],
    ["rampFirst", !grows(draft) || whole(draft.rampFirst, 1, Number(draft.perMinute) || 0)],
    ["rampHours", !grows(draft) || within(draft.rampHours, 1 / 60, 720)],
    ["megabytes", draft.megabytes === "" || within(draft.megabytes, 0.000001, 1_000_000_000)],
    ["download", windowsOf(draft.download) !== undefined],
    ["install", windowsOf(draft.install) !== undefined],
    ["activate", windowsOf(draft.activate) !== undefined],
    ["deadlineHours", within(draft.deadlineHours, 1 / 60, 8_000)],
    ["offlineHours", within(draft.offlineHours, 1 / 60, 8_000)],
    ["priority", whole(draft.priority, 0, 1_000_000)],
  ];
  return new Set(fits.filter(([, sense]) => !sense).map(([field]) => field));
}

function wavesOf(draft: PolicyDraft, old: Policy): Pick<Policy, "strategy" | "waves"> {
  switch (draft.strategy) {
    case "kept":
      return { strategy: old.strategy, waves: old.waves };
    case "rolling":
      return { strategy: "rolling", waves: (sharesOf(draft.shares) ?? []).map((share) => ({ share, sets: [] })) };
    case "sets": {
      const sets = draft.inSets.map((set) => ({ share: null, sets: [set] }));
      return { strategy: "rolling", waves: [...sets, ...(draft.rest ? [{ share: 1, sets: [] }] : [])] };
    }
    default:
      return { strategy: draft.strategy, waves: [] };
  }
}

const MEGABYTE = 1_000_000;
const seconds = (amount: string, each: number) => `PT${Math.round(Number(amount) * each)}S`;
const limited = (typed: string) => (typed === "" ? null : Number(typed));
const chosen = (typed: string) => (typed === "" ? null : share(typed));
const share = (typed: string) => Number((Number(typed) / 100).toFixed(8));

/** The policy that was typed; what the form has no field for stays as it was in `old`. */
export function policyOf(draft: PolicyDraft, old: Policy = {} as Policy): Policy {
  return {
    ...old,
    ...wavesOf(draft, old),
    gate: {
      ...old.gate,
      success_share: share(draft.success),
      failed_share: share(draft.failed),
      min_sample: Number(draft.sample),
      soak: seconds(draft.soakMinutes, 60),
      severity: draft.severity,
      manual: draft.manual,
      early_pass: draft.test && draft.early,
    },
    sequential: draft.test
      ? { p0: chosen(draft.usual), p1: chosen(draft.tooMany), alpha: share(draft.wrongHalt), beta: share(draft.missed) }
      : null,
    limits: {
      ...old.limits,
      at_once: limited(draft.atOnce),
      starts_per_minute: limited(draft.perMinute),
      ramp: grows(draft) ? { first: Number(draft.rampFirst), over: seconds(draft.rampHours, 3600) } : null,
      bytes_per_second: draft.megabytes === "" ? null : Math.round(Number(draft.megabytes) * MEGABYTE),
    },
    timing: {
      download: windowsOf(draft.download) ?? [],
      install: windowsOf(draft.install) ?? [],
      activate: windowsOf(draft.activate) ?? [],
      precondition: draft.precondition.trim(),
    },
    offline: { after: seconds(draft.offlineHours, 3600), then: draft.offlineFails ? "fail" : "exclude" },
    unit_deadline: seconds(draft.deadlineHours, 3600),
    newcomers: draft.join ? "join" : "ignore",
    priority: Number(draft.priority),
    roll_back_on_halt: draft.goBack,
    four_eyes: draft.fourEyes,
    require_way_back: draft.wayBack,
  };
}

const typed = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
const percentOf = (value: number | null | undefined) => (typeof value === "number" ? asPercent(value) : "");
const amount = (iso: string | undefined, each: number, without: string) => {
  const found = secondsOf(iso ?? "");
  return found === undefined ? without : String(Number((found / each).toFixed(4)));
};

function strategyOf({ strategy, waves = [] }: Policy): Pick<PolicyDraft, "strategy" | "shares" | "inSets" | "rest"> {
  const own = { shares: USUAL.shares, inSets: USUAL.inSets, rest: USUAL.rest };
  if (!waves.length) return { ...own, strategy: strategy === "custom" || !strategy ? "kept" : strategy };
  const shares = waves.flatMap((wave) => (typeof wave.share === "number" ? [wave.share] : []));
  if (shares.length === waves.length) return { ...own, strategy: "rolling", shares: shares.map(asPercent).join(", ") };
  const rest = waves.at(-1)?.share === 1;
  const named = (rest ? waves.slice(0, -1) : waves).map((wave) => wave.sets ?? []);
  if (named.every((sets) => sets.length === 1)) return { ...own, strategy: "sets", inSets: named.flat(), rest };
  return { ...own, strategy: "kept" };
}

/** A policy as the form shows it. */
export function policyDraftOf(policy: Policy): PolicyDraft {
  const { gate, sequential, limits, offline, timing } = policy;
  const chances = sequential
    ? {
        usual: percentOf(sequential.p0),
        tooMany: percentOf(sequential.p1),
        wrongHalt: asPercent(sequential.alpha ?? 0.05),
        missed: asPercent(sequential.beta ?? 0.05),
      }
    : {};
  return {
    ...USUAL,
    ...strategyOf(policy),
    ...chances,
    test: Boolean(sequential),
    soakMinutes: amount(gate?.soak, 60, USUAL.soakMinutes),
    success: asPercent(gate?.success_share ?? 0.95),
    failed: asPercent(gate?.failed_share ?? 0.02),
    sample: typed(gate?.min_sample ?? 5),
    severity: gate?.severity ?? "error",
    manual: gate?.manual ?? false,
    early: gate?.early_pass ?? false,
    atOnce: typed(limits?.at_once),
    perMinute: typed(limits?.starts_per_minute),
    rampFirst: typed(limits?.ramp?.first),
    rampHours: amount(limits?.ramp?.over, 3600, USUAL.rampHours),
    megabytes: limits?.bytes_per_second ? String(limits.bytes_per_second / MEGABYTE) : "",
    download: typedWindows(timing?.download),
    install: typedWindows(timing?.install),
    activate: typedWindows(timing?.activate),
    precondition: timing?.precondition ?? "",
    deadlineHours: amount(policy.unit_deadline, 3600, USUAL.deadlineHours),
    offlineHours: amount(offline?.after, 3600, USUAL.offlineHours),
    offlineFails: offline?.then === "fail",
    join: policy.newcomers !== "ignore",
    priority: typed(policy.priority ?? 0),
    goBack: policy.roll_back_on_halt ?? true,
    fourEyes: policy.four_eyes ?? false,
    wayBack: policy.require_way_back ?? false,
  };
}
