import { expect, it } from "vitest";
import { without, withView } from "./views";

it("keeps one view of a name, in order, and no page", () => {
  const first = withView([], { name: "north", search: { name: "a", page: 3 } });
  const both = withView(first, { name: "failed", search: { deployment: "failed" } });
  expect(withView(both, { name: "north", search: { name: "b" } })).toEqual([
    { name: "failed", search: { deployment: "failed" } },
    { name: "north", search: { name: "b" } },
  ]);
  expect(first).toEqual([{ name: "north", search: { name: "a" } }]);
  expect(without(both, "failed")).toEqual(first);
});
