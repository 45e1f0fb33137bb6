import { describe, expect, it } from "vitest";
import { bodyOf, emptyDraft, faultsOf, startOf } from "./draft";
import { membersSearch } from "./search";
import { isChangeable, verbsOf } from "./verbs";
import type { Campaign } from "./queries";

describe("a campaign as somebody says it", () => {
  it("has defaults that make sense", () => {
    const body = bodyOf({ ...emptyDraft("b"), title: " spring ", fleets: ["f"], selector: " " });
    expect(faultsOf(emptyDraft("b")).size).toBe(0);
    expect(body).toMatchObject({ title: "spring", selection: { fleets: ["f"], selector: null } });
    expect(body.policy).toMatchObject({ gate: { success_share: 0.95, soak: "PT1800S" }, limits: { at_once: null } });
  });
  it("starts at a time that is still to come, or at once", () => {
    const now = Date.parse("2026-11-24T12:00:00Z");
    expect(startOf("2026-11-24T12:30", now)).toBe(new Date("2026-11-24T12:30").toISOString());
    for (const none of ["", "2020-01-01T00:00", "soon"]) expect(startOf(none, now)).toBeUndefined();
  });
});

describe("verbs", () => {
  const counts = { failed: 0, rolled_back: 0 };
  const running = { state: "running", batch_id: null, policy: { four_eyes: false }, waves: [], counts };
  it("are those that the state has and the role may do", () => {
    expect(verbsOf(running as unknown as Campaign, () => true)).toEqual(["pause", "halt", "roll_back", "cancel"]);
    expect(verbsOf(running as unknown as Campaign, (operation) => operation === "campaigns_halt")).toEqual(["halt"]);
  });
  it("are not for the trial of a batch", () => {
    const trial = { ...running, batch_id: "b" } as unknown as Campaign;
    expect(verbsOf(trial, () => true)).toEqual([]);
    expect([running as unknown as Campaign, trial].map(isChangeable)).toEqual([true, false]);
  });
});

describe("the address of a campaign", () => {
  it("names a wave and a state, and forgets what makes no sense", () => {
    expect(membersSearch({ wave: "2", member: "failed" })).toMatchObject({ wave: 2, member: "failed" });
    expect(membersSearch({ wave: "-1", member: "odd" })).toEqual({});
  });
});
