import { describe, expect, it } from "vitest";
import { unitsMost } from "./limit";

describe("a limit", () => {
  it("is a whole number, or nothing", () => {
    expect(["", " 12 ", "0", "1.5", "-1", "many", "10000001"].map(unitsMost)).toEqual([
      null,
      12,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
