import { expect, test } from "vitest";
import type { Campaign } from "./queries";
import { standing, wentWrong } from "./standing";

const NONE = { succeeded: 0, soaking: 0, failed: 0, rolled_back: 0, offered: 0, downloading: 0, installing: 0, activating: 0 };
const wave = (members: number, undoes: number | null, counts = {}) => ({ members, undoes, state: "passed", counts: { ...NONE, ...counts } });
const of = (state: string, waves: object[], counts = {}) => ({ state, waves, counts: { ...NONE, ...counts } }) as unknown as Campaign;

test("a campaign that went back says whom it reached, who is back and who is not", () => {
  const waves = [wave(3, null, { failed: 2 }), wave(17, null), wave(3, 0, { succeeded: 2, failed: 1 })];
  expect(standing(of("rolled_back", waves))).toEqual([
    "3 Units were offered it: 2 have gone back, 1 could not. 17 Units never got it.",
    "Next: bring a bundle without the fault by another campaign.",
  ]);
  expect(standing(of("rolling_back", waves))).toHaveLength(1);
  expect(of("rolled_back", waves).waves.map(wentWrong)).toEqual([true, false, false]);
});

test("one that halted says who has it and who waits, and one that runs says nothing of that", () => {
  const waves = [wave(5, null), wave(15, null)];
  const counts = { succeeded: 2, failed: 1, downloading: 2 };
  expect(standing(of("halted", waves, counts))).toEqual([
    "2 Units have it, 1 failed, 2 are on it; 15 others do not get it while it is halted.",
  ]);
  expect(standing(of("running", waves, counts))).toEqual([]);
});
