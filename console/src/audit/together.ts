import type { Schemas } from "../api/client";

type Verdict = Schemas["TrailVerdictView"];

const NAMED_MOST = 100;

/** The verdict on two parts of the trail, one after the other. */
export function together(first: Verdict, second: Verdict): Verdict {
  return {
    ...second,
    whole: first.whole && second.whole,
    faults: [...first.faults, ...second.faults].slice(0, NAMED_MOST),
    faults_total: first.faults_total + second.faults_total,
  };
}
