import { expect, it } from "vitest";
import { rxswinsSearch } from "./search";

it("forgets what makes no sense", () => {
  expect(rxswinsSearch({ number: "R79 X1", system: "s", page: 2 })).toEqual({ number: "R79 X1", system: "s", page: 2 });
  expect(rxswinsSearch({ number: {}, system: "", page: "many" })).toEqual({ number: undefined, system: undefined });
});
