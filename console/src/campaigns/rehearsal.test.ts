import { describe, expect, it } from "vitest";
import { spanWords } from "./durations";
import { binsOf, endsOf, runsEach, spreadOf, stepOf, type Played } from "./rehearsal";

describe("a rehearsal", () => {
  it("asks for as many runs at once as the cloud plays", () => {
    expect([0, 3, 100_000, 1_000_000].map(runsEach)).toEqual([20, 20, 2, 1]);
  });
  it("tells runs that complete from those that halt", () => {
    const run = (ended: string, took_s: number, touched: number): Played => ({ ended, took_s, touched, failed: 0 });
    const runs = [run("completed", 60, 9), run("rolling_back", 5, 2), run("halted", 6, 3), run("running", 1e6, 1)];
    expect(endsOf(runs)).toEqual({ took: [60], touched: [2, 3], open: 1 });
  });
  it("says what a tenth, half and nine tenths do not exceed", () => {
    expect(spreadOf([])).toBeUndefined();
    expect(spreadOf([5])).toEqual([5, 5, 5]);
    expect(spreadOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5])).toEqual([1, 5, 9]);
  });
  it("shows how its numbers lie, each in one part", () => {
    expect(binsOf([])).toEqual([]);
    expect(binsOf([2, 2, 3])).toEqual([
      { from: 2, to: 2, count: 2 },
      { from: 3, to: 3, count: 1 },
    ]);
    const many = binsOf(Array.from({ length: 100 }, (_, place) => place + 1));
    expect([many.length, many[0], many.at(-1)]).toEqual([8, { from: 1, to: 13, count: 13 }, { from: 92, to: 100, count: 9 }]);
  });
  it("tells time as fine as one reads it", () => {
    expect([[30, 90], [3600], [60, 200_000]].map(stepOf)).toEqual([1, 60, 3600]);
    expect(binsOf([3601, 3659.5, 3720, 3721], 60)).toEqual([
      { from: 3600, to: 3600, count: 1 },
      { from: 3660, to: 3660, count: 1 },
      { from: 3720, to: 3720, count: 2 },
    ]);
    expect([0.4, 45, 60, 754, 3900, 7200, 90_000].map(spanWords)).toEqual([
      "0 s", "45 s", "1 min", "12 min 34 s", "1 h 5 min", "2 h", "1 d 1 h",
    ]);
  });
});
