import { describe, expect, it } from "vitest";
import { toEach } from "./bulk";
import type { Unit } from "./queries";

describe("a deed to many Units", () => {
  it("goes on past those that refuse, and names them", async () => {
    const units = ["a", "b", "c"].map((id) => ({ id, system_uid: id }) as Unit);
    const told: number[] = [];
    const outcome = await toEach(
      units,
      { kind: "renew" },
      (count) => told.push(count),
      (unit) => (unit.id === "b" ? Promise.reject(new Error("no")) : Promise.resolve()),
    );
    expect(outcome.done).toBe(2);
    expect(outcome.refused.map((each) => [each.unit.id, each.why])).toEqual([["b", "no"]]);
    expect(told).toEqual([1, 2, 3]);
  });
});
