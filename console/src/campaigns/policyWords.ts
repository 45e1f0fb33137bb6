import { words } from "../words/en";
import { durationWords, percent } from "./durations";
import type { Policy } from "./policyDraft";
import { typedWindows } from "./windows";

const w = words.campaigns;
type Limits = NonNullable<Policy["limits"]>;

/** A policy in words, one line a rule; two policies differ in the lines that differ. */
export function policyWords(policy: Policy, sets: ReadonlyMap<string, string>): [string, string][] {
  const { gate, sequential: test, offline } = policy;
  return [
    [w.strategy, wavesWords(policy, sets)],
    [w.soak, durationWords(gate?.soak ?? "")],
    [w.shares, w.sharesOf(percent(gate?.success_share ?? 0), percent(gate?.failed_share ?? 0), gate?.min_sample ?? 0)],
    [w.alerts, w.form.severities[gate?.severity ?? "error"]],
    [w.passing, gate?.manual ? w.byPerson : w.bySelf],
    [w.curve, test ? testWords(test) : w.noTest],
    [w.early, gate?.early_pass ? w.earlyYes : ""],
    [w.limits, limitWords(policy.limits ?? {}) || w.noLimits],
    [w.when, (policy.timing && timingWords(policy.timing)) || w.anyTime],
    [w.deadline, durationWords(policy.unit_deadline)],
    [w.offlineAfter, w.offlineOf(durationWords(offline?.after ?? ""), offline?.then === "fail")],
    [w.afterHalt, policy.roll_back_on_halt ? w.goesBack : w.stays],
    [w.wayBack, policy.require_way_back ? w.wayBackNeeded : ""],
    [w.newcomers, policy.newcomers === "ignore" ? w.newcomersStay : w.newcomersJoin],
    [w.priority, String(policy.priority ?? 0)],
  ];
}

function testWords({ p0, p1, alpha, beta }: NonNullable<Policy["sequential"]>): string {
  const usual = typeof p0 === "number" ? w.usually(percent(p0)) : w.usuallyPast;
  const many = typeof p1 === "number" ? w.tooMany(percent(p1)) : w.tooManyPast;
  return `${many}, ${usual}; ${w.wrongly(percent(alpha), percent(beta))}`;
}

function limitWords({ at_once: atOnce, starts_per_minute: perMinute, ramp, bytes_per_second: rate }: Limits): string {
  const limits = [
    atOnce ? w.atOnce(atOnce) : "",
    perMinute ? w.perMinute(perMinute) : "",
    ramp ? w.ramp(ramp.first, durationWords(ramp.over)) : "",
    rate ? w.bytesPerSecond(rate / 1_000_000) : "",
  ];
  return limits.filter(Boolean).join(", ");
}

function timingWords({ download, install, activate, precondition }: NonNullable<Policy["timing"]>): string {
  const rules = [
    download.length ? w.downloads(typedWindows(download)) : "",
    install.length ? w.installs(typedWindows(install)) : "",
    activate.length ? w.activates(typedWindows(activate)) : "",
    precondition ? w.onlyIf(precondition) : "",
  ];
  return rules.filter(Boolean).join(", ");
}

function wavesWords({ strategy, waves = [] }: Policy, sets: ReadonlyMap<string, string>): string {
  if (!waves.length) return w.strategies[strategy];
  const named = (ids: readonly string[]) => ids.map((id) => sets.get(id) ?? id).join(" + ");
  const each = waves.map(({ share, sets: ids }) =>
    typeof share !== "number" ? named(ids ?? []) : share === 1 ? w.rest : percent(share),
  );
  return each.join(", ");
}

/** The lines in which two policies differ: name, before, now. */
export function differences(before: Policy, now: Policy, sets: ReadonlyMap<string, string>): [string, string, string][] {
  const old = new Map(policyWords(before, sets));
  return policyWords(now, sets).flatMap(([name, says]): [string, string, string][] =>
    old.get(name) === says ? [] : [[name, old.get(name) ?? "", says]],
  );
}
