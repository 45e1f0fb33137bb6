import { describe, expect, it } from "vitest";
import { draftOf, NO_ROW, said } from "./draft";

const WHOLE = { number: " R79 X1 ", system: "van", rows: [{ item: "a", version: "1.0.0" }, NO_ROW], note: " extension 3 " };

describe("a number to register", () => {
  it("is said once everything is chosen, each item once", () => {
    expect(said(WHOLE, false)).toEqual({
      target_system_id: "van", number: "R79 X1", items: [{ item_id: "a", version: "1.0.0" }], note: "extension 3", revise: false,
    });
    for (const missing of [{ number: " " }, { system: "" }, { rows: [NO_ROW] }, { rows: [{ item: "a", version: "" }] }]) {
      expect(said({ ...WHOLE, ...missing }, false)).toBeUndefined();
    }
    expect(said({ ...WHOLE, rows: [...WHOLE.rows, { item: "a", version: "2.0.0" }] }, false)).toBeUndefined();
  });
  it("begins empty, and a revision as what is registered", () => {
    expect(draftOf(undefined)).toEqual({ number: "", system: "", rows: [NO_ROW], note: "" });
    const item = { item_id: "a", codename: "a", type: "service", version: "1.0.0", index_digest: "sha256:0" };
    const before = { id: "i", number: "R1", target_system_id: "van", items: [item], note: "n", revision: 2, created_at: "", created_by: null, people: {} };
    expect(draftOf(before)).toEqual({ number: "R1", system: "van", rows: [{ item: "a", version: "1.0.0" }], note: "" });
  });
});
