import { expect, it } from "vitest";
import { didWords } from "./changes";

it("says in plain words what somebody did, and what it does not know in the operation's own", () => {
  expect(didWords("assignments_create")).toBe("assigned an item or a bundle");
  expect(didWords("wagons_paint")).toBe("did: wagons paint");
  expect(didWords("constructor")).toBe("did: constructor");
});
