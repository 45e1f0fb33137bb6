import { words } from "../words/en";
import type { Campaign, Wave } from "./queries";
import { failures, onTheWay } from "./verbs";

const w = words.campaigns.standing;

/** The wave whose Units tell what is wrong. */
export function wentWrong(wave: Wave): boolean {
  return wave.undoes === null && (wave.state === "failed" || failures(wave.counts) > 0);
}

/** Of a campaign that was stopped: whom it reached, how they are, and what comes next. */
export function standing({ state, waves, counts }: Campaign): string[] {
  const back = waves.filter((wave) => wave.undoes !== null);
  const all = waves.reduce((sum, wave) => sum + (wave.undoes === null ? wave.members : 0), 0);
  if (state === "rolling_back" || state === "rolled_back") {
    const touched = back.reduce((sum, wave) => sum + wave.members, 0);
    const returned = back.reduce((sum, wave) => sum + wave.counts.succeeded, 0);
    const stuck = back.reduce((sum, wave) => sum + failures(wave.counts), 0);
    return [w.back(touched, returned, stuck, all - touched), ...(state === "rolled_back" ? [w.another] : [])];
  }
  if (state !== "halted") return [];
  const have = counts.succeeded + counts.soaking;
  const moving = onTheWay(counts);
  const failed = failures(counts);
  return [w.halted(have, failed, moving, all - have - failed - moving)];
}
