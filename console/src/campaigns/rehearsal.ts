import type { Schemas } from "../api/client";

export type Played = Schemas["RunView"];
export type Inputs = Schemas["InputsView"];

export const RUNS = 100;
const RUNS_EACH = 20;
const UNITS_EACH = 200_000; // as the API allows of all runs of one question
const BINS_MOST = 8;
const TENTHS = [1, 5, 9] as const;
const [MINUTE_S, HOUR_S, DAY_S] = [60, 3600, 86_400];
const HALTED: ReadonlySet<string> = new Set(["halted", "rolling_back", "rolled_back"]);

/** How many runs to ask for at once, so that one sees them come. */
export function runsEach(members: number): number {
  return Math.max(1, Math.min(RUNS_EACH, Math.floor(UNITS_EACH / Math.max(members, 1))));
}

/** Seconds of runs that completed, Units that were offered it in those that halted, and how many did neither. */
export function endsOf(runs: readonly Played[]) {
  const done = runs.filter((run) => run.ended === "completed");
  const stopped = runs.filter((run) => HALTED.has(run.ended));
  return {
    took: done.map((run) => run.took_s),
    touched: stopped.map((run) => run.touched),
    open: runs.length - done.length - stopped.length,
  };
}

/** In which steps to tell seconds: as fine as one reads them. */
export function stepOf(seconds: readonly number[]): number {
  const most = Math.max(...seconds);
  return most >= 2 * DAY_S ? HOUR_S : most >= HOUR_S ? MINUTE_S : 1;
}

/** What a tenth, half and nine tenths of them do not exceed, by the nearest rank; undefined of nothing. */
export function spreadOf(values: readonly number[]): [number, number, number] | undefined {
  const known = [...values].sort((one, other) => one - other);
  const at = (tenths: number) => known[Math.max(Math.ceil((known.length * tenths) / 10), 1) - 1] ?? 0;
  return known.length ? [at(TENTHS[0]), at(TENTHS[1]), at(TENTHS[2])] : undefined;
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** How many values there are in each of a few parts of their range, all as wide, in whole steps. */
export function binsOf(values: readonly number[], step = 1): Bin[] {
  if (!values.length) return [];
  const counted = values.map((value) => Math.round(value / step) * step);
  const [low, high] = [Math.min(...counted), Math.max(...counted)];
  const width = Math.ceil(((high - low) / step + 1) / BINS_MOST) * step;
  const bins: Bin[] = [];
  for (let from = low; from <= high; from += width) {
    const count = counted.filter((value) => value >= from && value < from + width).length;
    bins.push({ from, to: Math.min(from + width - step, high), count });
  }
  return bins;
}
