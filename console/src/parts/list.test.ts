import { describe, expect, it } from "vitest";
import { filtersOf, listSearch, oneOf, text, windowOf } from "./list";

describe("an address of a list", () => {
  it("names its part of the list", () => {
    expect(windowOf(listSearch({ page: 3, per: "20", sort: "-model" }), "system_uid")).toEqual({
      limit: 20,
      offset: 40,
      ordering: "-model",
    });
  });
  it("leaves out what its filters say, and nothing by page, size and order", () => {
    expect(filtersOf({ page: 2, per: 20, sort: "title", ...{ name: "a", fleet: undefined } })).toEqual(["name"]);
  });
  it("may hold anything: what makes no sense counts as not there", () => {
    const odd = { page: -1, per: 10_000, sort: "'; drop", other: {} };
    expect(windowOf(listSearch(odd), "title")).toEqual({ limit: 50, offset: 0, ordering: "title" });
    expect(oneOf("nonsense", ["a", "b"])).toBeUndefined();
    expect([text(12), text(""), text({})]).toEqual(["12", undefined, undefined]);
  });
});
