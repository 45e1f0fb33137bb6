import { expect, it } from "vitest";
import { batchesSearch } from "./search";

it("forgets what makes no sense", () => {
  expect(batchesSearch({ state: "passed", bundle: "b", fleet: 7, page: 2 })).toEqual({ state: "passed", bundle: "b", fleet: "7", page: 2 });
  expect(batchesSearch({ state: "excellent", bundle: {} })).toEqual({ state: undefined, bundle: undefined, fleet: undefined });
});
