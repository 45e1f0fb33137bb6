import { describe, expect, it } from "vitest";
import { labelChange } from "./labels";

describe("a change of labels", () => {
  it("says only what is other than before", () => {
    const before = { site: "north", fw: "1.0.0", old: "" };
    const rows = [
      { name: "site", value: "north" },
      { name: " fw ", value: "1.2.0" },
      { name: "new", value: "" },
      { name: "", value: "lost" },
    ];
    expect(labelChange(before, rows)).toEqual({ set: { fw: "1.2.0", new: "" }, remove: ["old"] });
  });
});
