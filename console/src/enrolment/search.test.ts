import { describe, expect, it } from "vitest";
import { waitingAsked, waitingSearch } from "./search";

describe("the address of the Units at the door", () => {
  it("asks for those that wait unless it says otherwise", () => {
    expect(waitingAsked(waitingSearch({}))).toMatchObject({ status: "waiting" });
    expect(waitingAsked(waitingSearch({ state: "rejected", kind: "return" }))).toMatchObject({ status: "rejected", kind: "return" });
    expect(waitingAsked(waitingSearch({ state: "any" })).status).toBeUndefined();
    expect(waitingAsked(waitingSearch({ state: "gone" }))).toMatchObject({ status: "waiting" });
  });
});
