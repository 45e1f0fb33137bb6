import { beforeAll, describe, expect, it, vi } from "vitest";

describe("an address that carries something", () => {
  let carried: typeof import("./current").carried;
  beforeAll(async () => {
    vi.stubGlobal("window", { location: { pathname: "/", hash: "" } });
    ({ carried } = await import("./current"));
  });
  it("is read at the door alone", () => {
    expect(carried("/sign-in", "#link=aoslink_1")).toMatchObject({ link: "aoslink_1" });
    expect(carried("/sign-in", "#error=not%20known")).toMatchObject({ error: "not known" });
    expect(carried("/units", "#link=aoslink_1")).toEqual({});
  });
});
