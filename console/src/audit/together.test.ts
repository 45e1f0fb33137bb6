import { expect, test } from "vitest";
import { together } from "./together";

const part = { whole: true, first: 1, last: 9, lines: 9, hash: "h", faults: [], faults_total: 0, verified: 4, resume: "r" };

test("two parts are whole if each is, and the second says how far", () => {
  const end = { ...part, verified: 9, resume: null };
  expect(together(part, end)).toEqual(end);
  expect(together({ ...part, whole: false }, end).whole).toBe(false);
});

test("faults of both are named up to a hundred, and all counted", () => {
  const faults = Array.from({ length: 70 }, (_, number) => ({ number, kind: "changed" as const }));
  const broken = { ...part, whole: false, faults, faults_total: 80 };
  const both = together(broken, broken);
  expect([both.faults.length, both.faults_total]).toEqual([100, 160]);
});
