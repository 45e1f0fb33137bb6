import { words } from "../words/en";
import type { Campaign, Wave } from "./queries";

const w = words.campaigns.will;

export type Verb =
  | "start" | "approve" | "pause" | "resume" | "override" | "halt" | "cancel" | "roll_back" | "retry" | "pass" | "delete";

/** In the order of their buttons; where: the states that have them. */
const VERBS: { verb: Verb; where: Campaign["state"][]; when?: (campaign: Campaign) => boolean }[] = [
  { verb: "approve", where: ["planned", "paused", "halted"], when: (c) => c.policy.four_eyes && !c.approved },
  { verb: "start", where: ["planned"], when: (c) => !c.policy.four_eyes || c.approved },
  { verb: "pass", where: ["running"], when: (c) => c.waves.some((wave) => wave.reason === "waits for approval") },
  { verb: "resume", where: ["paused", "halted"] },
  { verb: "pause", where: ["running", "rolling_back"] },
  { verb: "retry", where: ["running", "rolling_back", "paused", "halted"], when: (c) => failures(c.counts) > 0 },
  { verb: "override", where: ["halted"] },
  { verb: "halt", where: ["running", "paused", "scheduled"] },
  { verb: "roll_back", where: ["running", "paused", "halted", "completed"], when: (c) => !goesBack(c) },
  { verb: "cancel", where: ["scheduled", "running", "paused", "halted"] },
  { verb: "delete", where: ["draft", "planned"] },
];

/** Those that stop or undo something. */
export const GRAVE: ReadonlySet<Verb> = new Set(["halt", "cancel", "roll_back", "override", "delete"]);

/** Those that bring it on. */
export const FORWARD: ReadonlySet<Verb> = new Set(["start", "approve", "pass", "resume"]);

/** What the campaign can be told now, by somebody who may; a trial is told nothing but by its Verification Batch. */
export function verbsOf(campaign: Campaign, may: (operation: string) => boolean): Verb[] {
  if (campaign.batch_id !== null) return [];
  return VERBS.filter(
    ({ verb, where, when }) =>
      where.includes(campaign.state) && may(`campaigns_${verb}`) && (when === undefined || when(campaign)),
  ).map(({ verb }) => verb);
}

export function goesBack(campaign: Campaign): boolean {
  return campaign.waves.some((wave) => wave.undoes !== null);
}

export function onTheWay(counts: Campaign["counts"]): number {
  return counts.offered + counts.downloading + counts.installing + counts.activating;
}

export function failures(counts: Campaign["counts"]): number {
  return counts.failed + counts.rolled_back;
}

const CHANGEABLE: ReadonlySet<Campaign["state"]> = new Set([
  "draft", "planned", "scheduled", "running", "paused", "halted",
]);

/** Whether a person may change how it goes. */
export function isChangeable({ state, batch_id: batch }: Campaign): boolean {
  return batch === null && CHANGEABLE.has(state);
}

/** Whether whom it is for, its waves and its windows can be changed no more. */
export function isSettled({ state }: Campaign): boolean {
  return state !== "draft" && state !== "planned";
}

/** What a change of more than words does, in plain sentences. */
export function changeWill(campaign: Campaign): string[] {
  const { state, policy, waves } = campaign;
  const says = words.campaigns.change;
  const revised = says.revision(campaign.revision + 1);
  if (!isSettled(campaign)) return [revised, says.replan];
  const waiting = waves.filter((wave) => wave.undoes === null && wave.begun_at === null).length;
  const four = { scheduled: says.approveScheduled, running: says.approveRunning, paused: says.approveStopped, halted: says.approveStopped };
  const said = state in four ? four[state as keyof typeof four] : "";
  return [revised, says.atOnce(waiting), ...(policy.four_eyes && said ? [said] : [])];
}

/** Before a wave begins its members are those of the plan. */
function unbegun(campaign: Campaign): number {
  return campaign.waves
    .filter((wave) => wave.undoes === null)
    .reduce((sum, wave) => sum + (wave.begun_at === null ? wave.members : wave.counts.pending + wave.counts.held), 0);
}

/** One plain sentence: what will happen, and to how many. */
export function willOf(verb: Verb, campaign: Campaign): string {
  const { counts, waves } = campaign;
  const out = waves.filter((wave: Wave) => wave.undoes === null);
  const have = counts.succeeded + counts.soaking;
  const all = out.reduce((sum, wave) => sum + wave.members, 0);
  const sentences: Record<Verb, string> = {
    start: w.start(all, out.length, out[0]?.members ?? 0),
    approve: w.approve,
    pause: w.pause(onTheWay(counts)),
    resume: w.resume(unbegun(campaign)),
    override: w.override(failures(counts), unbegun(campaign)),
    halt: w.halt(onTheWay(counts), have),
    cancel: w.cancel(unbegun(campaign), have),
    roll_back: w.roll_back(have + onTheWay(counts) + failures(counts)),
    retry: w.retry(failures(counts)),
    pass: w.pass(waves.find((wave) => wave.state === "waiting")?.members ?? 0),
    delete: w.delete,
  };
  return sentences[verb];
}
