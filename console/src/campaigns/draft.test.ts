import { describe, expect, it } from "vitest";
import { bodyOf, durationWords, emptyDraft, faultsOf, sharesOf } from "./draft";
import { membersSearch } from "./search";
import { verbsOf } from "./verbs";
import type { Campaign } from "./queries";

describe("a campaign as somebody says it", () => {
  it("has defaults that make sense", () => {
    const body = bodyOf({ ...emptyDraft("b"), title: " spring ", fleets: ["f"], selector: " " });
    expect(faultsOf(emptyDraft("b")).size).toBe(0);
    expect(body).toMatchObject({ title: "spring", selection: { fleets: ["f"], selector: null } });
    expect(body.policy).toMatchObject({ gate: { success_share: 0.95, soak: "PT1800S" }, limits: { at_once: null } });
  });
  it("names its waves by shares that grow", () => {
    expect(sharesOf("2, 20,100")).toEqual([0.02, 0.2, 1]);
    for (const wrong of ["", "0, 100", "50, 50", "20, 101", "a", "10,,20"]) expect(sharesOf(wrong)).toBeUndefined();
  });
  it("says which of its fields cannot be kept", () => {
    const odd = { ...emptyDraft("b"), success: "99", failed: "2", atOnce: "0", soakMinutes: "" };
    expect([...faultsOf(odd)].sort()).toEqual(["atOnce", "failed", "soakMinutes"]);
  });
});

describe("durations", () => {
  it("are told as people say them", () => {
    expect(["PT2S", "PT30M", "PT5400S", "P1D", "P3DT12H", "odd"].map(durationWords)).toEqual([
      "2 seconds", "30 minutes", "1.5 hours", "24 hours", "3.5 days", "odd",
    ]);
  });
});

describe("verbs", () => {
  const running = { state: "running", policy: { four_eyes: false }, waves: [], counts: { failed: 0, rolled_back: 0 } };
  it("are those that the state has and the role may do", () => {
    expect(verbsOf(running as unknown as Campaign, () => true)).toEqual(["pause", "halt", "roll_back", "cancel"]);
    expect(verbsOf(running as unknown as Campaign, (operation) => operation === "campaigns_halt")).toEqual(["halt"]);
  });
});

describe("the address of a campaign", () => {
  it("names a wave and a state, and forgets what makes no sense", () => {
    expect(membersSearch({ wave: "2", member: "failed" })).toMatchObject({ wave: 2, member: "failed" });
    expect(membersSearch({ wave: "-1", member: "odd" })).toEqual({});
  });
});
