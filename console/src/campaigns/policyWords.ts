import { words } from "../words/en";
import { durationWords, percent } from "./durations";
import type { Selection } from "./draft";
import type { Policy } from "./policyDraft";
import { typedWindows } from "./windows";

const w = words.campaigns;
type Limits = NonNullable<Policy["limits"]>;

/** Titles by id. */
export type Titles = ReadonlyMap<string, string>;

export interface Said {
  policy: Policy;
  selection: Selection;
}

/** Whom it is for, in words. */
export function whomWords({ fleets, sets, selector, units }: Selection, titles: Titles): string {
  const named = [...fleets, ...sets].map((id) => titles.get(id) ?? id);
  return [...named, selector ?? "", units.length ? w.singleUnits(units.length) : ""].filter(Boolean).join(", ");
}

/** A policy in words, one line a rule; two policies differ in the lines that differ. */
export function policyWords(policy: Policy, sets: Titles): [string, string][] {
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
    [w.approval, policy.four_eyes ? w.fourEyesShort : w.fourEyesNot],
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

function wavesWords({ strategy, waves = [] }: Policy, sets: Titles): string {
  if (!waves.length) return w.strategies[strategy];
  const named = (ids: readonly string[]) => ids.map((id) => sets.get(id) ?? id).join(" + ");
  const each = waves.map(({ share, sets: ids }) =>
    typeof share !== "number" ? named(ids ?? []) : share === 1 ? w.rest : percent(share),
  );
  return each.join(", ");
}

/** The lines in which two campaigns differ: name, before, now. */
export function differences(before: Said, now: Said, titles: Titles): [string, string, string][] {
  const old = new Map(policyWords(before.policy, titles));
  const how = policyWords(now.policy, titles).flatMap(([name, says]): [string, string, string][] =>
    old.get(name) === says ? [] : [[name, old.get(name) ?? "", says]],
  );
  return sameWhom(before.selection, now.selection) ? how : [whomDiffers(before.selection, now.selection, titles), ...how];
}

export function sameWhom(one: Selection, other: Selection): boolean {
  const said = ({ fleets, sets, selector, units }: Selection) =>
    JSON.stringify([fleets.toSorted(), sets.toSorted(), selector ?? "", units.toSorted()]);
  return said(one) === said(other);
}

function whomDiffers(before: Selection, now: Selection, titles: Titles): [string, string, string] {
  const more = now.units.filter((unit) => !before.units.includes(unit)).length;
  const less = before.units.filter((unit) => !now.units.includes(unit)).length;
  const others = more && less ? ` (${w.otherUnits(more, less)})` : "";
  return [w.whom, whomWords(before, titles), whomWords(now, titles) + others];
}
