import { describe, expect, it } from "vitest";
import { selectionOf, type WhomDraft } from "./draft";
import { durationWords, secondsOf } from "./durations";
import { faultsOf, policyDraftOf, policyOf, sharesOf, USUAL, type Policy, type PolicyDraft } from "./policyDraft";
import { differences, type Said } from "./policyWords";

const NO_TITLES = new Map<string, string>();
const NOBODY: WhomDraft = { fleets: [], sets: [], selector: "", units: [] };

function said(policy: PolicyDraft, whom: Partial<WhomDraft> = {}): Said {
  return { policy: policyOf(policy), selection: selectionOf({ ...NOBODY, ...whom }) };
}

describe("how a campaign goes, as it is typed", () => {
  it("comes back as it was said", () => {
    const drafts: PolicyDraft[] = [
      USUAL,
      { ...USUAL, strategy: "rolling", shares: "2, 20, 100", soakMinutes: "0", manual: true, atOnce: "50" },
      { ...USUAL, strategy: "sets", inSets: ["a", "b"], rest: false, offlineFails: true, join: false, priority: "7" },
      { ...USUAL, strategy: "sets", inSets: ["a"], usual: "0.5", tooMany: "5", early: true, severity: "critical" },
      { ...USUAL, test: false, deadlineHours: "0.5", goBack: false, wayBack: true, fourEyes: true, perMinute: "10" },
      { ...USUAL, perMinute: "100", rampFirst: "10", rampHours: "0.5", megabytes: "2.5" },
      { ...USUAL, install: "22:00-05:00; sat,sun 00:00-24:00", precondition: 'ignition == "off"', deadlineHours: "30" },
    ];
    for (const draft of drafts) expect(policyDraftOf(policyOf(draft))).toEqual(draft);
  });
  it("keeps what the form has no field for", () => {
    const old = { ...policyOf(USUAL), waves: [{ share: null, sets: ["a", "b"] }], more: "kept" } as Policy;
    expect(policyDraftOf(old).strategy).toBe("kept");
    expect(policyOf(policyDraftOf(old), old)).toEqual(old);
  });
  it("names its waves by shares that grow", () => {
    expect(sharesOf("2, 20,100")).toEqual([0.02, 0.2, 1]);
    for (const wrong of ["", "0, 100", "50, 50", "20, 101", "a", "10,,20"]) expect(sharesOf(wrong)).toBeUndefined();
  });
  it("says which of its fields make no sense", () => {
    const odd = { ...USUAL, success: "99", failed: "2", atOnce: "0", soakMinutes: "", usual: "0.2", tooMany: "0.1", priority: "1.5" };
    expect([...faultsOf(odd)].sort()).toEqual(["atOnce", "failed", "priority", "soakMinutes", "tooMany"]);
    expect([...faultsOf({ ...USUAL, rampFirst: "10" })]).toEqual([]);
    expect([...faultsOf({ ...USUAL, perMinute: "5", rampFirst: "10", megabytes: "0" })]).toEqual(["rampFirst", "megabytes"]);
    for (const odd of ["22-05", "24:00-05:00", "05:00-05:00", "sun,off 01:00-02:00", "01:00-02:00;"]) {
      expect([...faultsOf({ ...USUAL, download: odd })]).toEqual(["download"]);
    }
    expect([...faultsOf({ ...USUAL, strategy: "sets" })]).toEqual(["inSets"]);
    expect([...faultsOf({ ...USUAL, test: false, tooMany: "" })]).toEqual([]);
  });
});

describe("a change of it", () => {
  it("is the lines that differ, before and now", () => {
    expect(differences(said(USUAL), said(USUAL), NO_TITLES)).toEqual([]);
    expect(differences(said(USUAL), said({ ...USUAL, soakMinutes: "90", atOnce: "20", fourEyes: true }), NO_TITLES)).toEqual([
      ["Healthy for", "30 minutes", "1.5 hours"],
      ["Limits", "as many at once as there are", "20 at once"],
      ["Approval", "not needed", "needed from somebody else"],
    ]);
  });
  it("names sets by their titles", () => {
    const now = said({ ...USUAL, strategy: "sets", inSets: ["a", "b"] });
    const [first] = differences(said(USUAL), now, new Map([["a", "pioneers"]]));
    expect(first?.[2]).toBe("pioneers, b, then all the rest");
  });
  it("says whom it is for only where that is somebody else", () => {
    const north = said(USUAL, { fleets: ["north", "south"], units: ["1", "2"] });
    expect(differences(north, said(USUAL, { fleets: ["south", "north"], units: ["2", "1"], selector: " " }), NO_TITLES)).toEqual([]);
    const others = said(USUAL, { fleets: ["north"], units: ["2", "3"], selector: "site=lab" });
    expect(differences(north, others, new Map([["north", "North"]]))).toEqual([
      ["For whom", "North, south, 2 Units by name", "North, site=lab, 2 Units by name (1 new, 1 no more)"],
    ]);
  });
});

describe("durations", () => {
  it("are told as people say them", () => {
    expect(["PT2S", "PT30M", "PT5400S", "P1D", "P3DT12H", "odd"].map(durationWords)).toEqual([
      "2 seconds", "30 minutes", "1.5 hours", "24 hours", "3.5 days", "odd",
    ]);
    expect(["P0D", "P1DT1S", ""].map(secondsOf)).toEqual([0, 86_401, undefined]);
  });
});
