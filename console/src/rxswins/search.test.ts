import { expect, it } from "vitest";
import { rxswinsSearch } from "./search";

it("forgets what makes no sense", () => {
  expect(rxswinsSearch({ name: "R79 X1", system: "s", page: 2 })).toEqual({ name: "R79 X1", system: "s", page: 2 });
  expect(rxswinsSearch({ name: {}, system: "", page: "many" })).toEqual({ name: undefined, system: undefined });
});
