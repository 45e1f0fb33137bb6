import { describe, expect, it } from "vitest";
import { unitsAsked, unitsSearch } from "./search";

describe("the address of the table of Units", () => {
  it("asks for exactly those Units", () => {
    const search = unitsSearch({ deployment: "failed", online: "Offline", name: "car-", page: 2 });
    expect(unitsAsked(search)).toMatchObject({ deployment: "failed", online_status: "Offline", search: "car-", offset: 50 });
  });
  it("forgets words that it does not know", () => {
    expect(unitsSearch({ deployment: "gone", lifecycle: "<script>" })).toEqual({});
  });
});
