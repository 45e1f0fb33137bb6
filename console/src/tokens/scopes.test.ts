import { describe, expect, it } from "vitest";
import { givable } from "./scopes";

describe("scopes", () => {
  it("are what a program may have, in order", () => {
    expect(givable(["units_list", "own_passkeys_list", "sign_out", "fleets_list", "users_me_read"])).toEqual([
      { value: "fleets_list", title: "fleets list" },
      { value: "units_list", title: "units list" },
    ]);
  });
});
