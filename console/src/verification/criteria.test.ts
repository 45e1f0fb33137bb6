import { describe, expect, it } from "vitest";
import { criteriaOf, drafted, faultsOf, type CriteriaDraft } from "./criteria";

const GOOD: CriteriaDraft = { share: "95", soak: "30", severity: "error", least: "1" };

describe("criteria", () => {
  it("come back from a draft as they were", () => {
    const criteria = { success_share: 0.285, soak: "PT30M", severity: "critical", units_least: 3 } as const;
    expect(criteriaOf(drafted(criteria))).toEqual(criteria);
    expect(drafted({ success_share: 0.95, soak: "PT1800S", severity: "error", units_least: 1 })).toEqual(GOOD);
    expect(drafted({ success_share: 1, soak: "P0D", severity: "error", units_least: 1 }).soak).toBe("0");
  });
  it("name what does not fit", () => {
    expect([...faultsOf(GOOD)]).toEqual([]);
    expect([...faultsOf({ ...GOOD, share: "101", soak: "1.5", least: "0" })]).toEqual(["share", "soak", "least"]);
    expect([...faultsOf({ ...GOOD, share: " ", soak: "-1", least: "many" })]).toEqual(["share", "soak", "least"]);
  });
});
