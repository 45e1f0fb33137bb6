import { describe, expect, it } from "vitest";
import { grouped, same } from "./fingerprint";

describe("a fingerprint", () => {
  it("is read in groups", () => {
    expect(grouped("abcdef0123")).toBe("abcd ef01 23");
    expect(grouped("")).toBe("");
  });
  it("is compared however it was copied", () => {
    expect(same("abcdef", "  ABCD EF ")).toBe(true);
    expect(same("abcdef", "at the cloud's door key=abcdef")).toBe(true);
    expect(same("abcdef", "abcdee")).toBe(false);
    expect(same("abcdef", " ")).toBeUndefined();
  });
});
