import { describe, expect, it } from "vitest";
import { auditSearch, beginOf } from "./search";

describe("an address of the trail", () => {
  it("keeps what makes sense", () => {
    expect(auditSearch({ who: "bob", outcome: "denied", since: "2026-03-01", until: "yesterday" })).toEqual({
      who: "bob",
      outcome: "denied",
      since: "2026-03-01",
    });
  });
  it("names days of the viewer, the last one within", () => {
    const begin = Date.parse(beginOf("2026-02-28") ?? "");
    expect(Date.parse(beginOf("2026-02-28", 1) ?? "") - begin).toBe(24 * 3600 * 1000);
    expect(new Date(begin).getHours()).toBe(0);
    expect(beginOf(undefined)).toBeUndefined();
  });
});
