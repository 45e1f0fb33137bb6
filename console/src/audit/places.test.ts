import { expect, test } from "vitest";
import { placeOf } from "./places";

test("what somebody did leads to what it was done with, where that has a page and is still there", () => {
  expect(placeOf("campaigns_roll_back", "c")).toEqual({ to: "/campaigns/$id", params: { id: "c" } });
  expect(placeOf("unit_sets_create", "s")).toEqual({ to: "/sets/$id", params: { id: "s" } });
  expect(placeOf("units_provision", "u s")).toEqual({ to: "/units/$id", params: { id: "u" } });
  expect(placeOf("campaign_waves_begin", "c")?.to).toBe("/campaigns/$id");
  for (const [operation, target] of [["campaigns_delete", "c"], ["api_tokens_create", "t"], ["fleets_update", ""]] as const) {
    expect(placeOf(operation, target)).toBeUndefined();
  }
});
