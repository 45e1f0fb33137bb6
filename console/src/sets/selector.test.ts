import { describe, expect, it } from "vitest";
import { around, condition, joined, positionIn } from "./selector";

describe("a selector put together", () => {
  it("says each condition as the API reads it", () => {
    expect(condition(" site ", "=", "north")).toBe("site=north");
    expect(condition("site", "in", "north,west ")).toBe("site in (north, west)");
    expect(condition("fw", ">=", "1.2.0")).toBe("fw >= 1.2.0");
    expect(condition("spare", "absent", "")).toBe("!spare");
    expect(condition("spare", "exists", "")).toBe("spare");
  });
  it("joins conditions with commas", () => {
    expect(joined("", "a=1")).toBe("a=1");
    expect(joined("a=1, ", "b")).toBe("a=1, b");
  });
  it("knows where it does not parse", () => {
    const text = "site in (north";
    const position = positionIn("selector: the selector does not parse at position 15; expected a comma or )");
    expect(position).toBe(15);
    expect(around(text, 15)).toEqual([text, "", ""]);
    expect(around("a=!b", 3)).toEqual(["a=", "!", "b"]);
    expect(positionIn("no such fleet")).toBeUndefined();
  });
});
