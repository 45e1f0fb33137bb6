import { describe, expect, it } from "vitest";
import { differences, keyWords } from "./changes";

describe("what was changed", () => {
  it("is told field by field", () => {
    const change = { of: "fleets", key: { id: "1" }, before: { title: "North" }, after: { title: "Northern", labels: ["a"] } };
    expect(differences(change)).toEqual([
      { field: "labels", before: undefined, after: '["a"]' },
      { field: "title", before: "North", after: "Northern" },
    ]);
    expect(keyWords({ id: "1", node: "main" })).toBe("id 1, node main");
  });
  it("has instants as times", () => {
    const after = { created_at: 1795529974033534, number: 1795529974033534 };
    expect(differences({ of: "x", key: {}, before: null, after }).map((one) => one.after)).toEqual([
      "2026-11-24 14:19:34 UTC",
      "1795529974033534",
    ]);
  });
  it("may be a row that was not there before, or is not any more", () => {
    expect(differences({ of: "x", key: {}, before: null, after: { a: null } })).toEqual([
      { field: "a", before: undefined, after: "null" },
    ]);
    expect(differences({ of: "x", key: {}, before: { a: "" }, after: null })).toEqual([
      { field: "a", before: '""', after: undefined },
    ]);
  });
});
