import { describe, expect, it } from "vitest";
import { byNoun } from "./may";

describe("what somebody may do", () => {
  it("is told by what it is about", () => {
    expect(byNoun(["units_move", "unit_sets_list", "units_list"])).toEqual([
      ["unit sets", ["list"]],
      ["units", ["list", "move"]],
    ]);
  });
});
