import { expect, it } from "vitest";
import { needsOf } from "./graph";
import type { Version } from "./queries";

function version(number: string, ...needs: [string, string | null][]): Version {
  const dependencies = needs.map(([codename, item_id]) => ({ type: "layer" as const, codename, item_id, versions: "^1" }));
  return { version: number, dependencies } as unknown as Version;
}

it("follows what is needed, circles too, and keeps what is not there", async () => {
  const newest: Record<string, Version> = { a: version("1.0.0", ["b", "b"]), b: version("2.0.0", ["app", "app"], ["gone", null]) };
  const found = await needsOf({ id: "app", codename: "app" }, version("3.0.0", ["a", "a"], ["b", "b"]), (id) =>
    Promise.resolve(newest[id]),
  );
  expect(found.nodes.map((node) => [node.codename, node.version])).toEqual([
    ["app", "3.0.0"],
    ["a", "1.0.0"],
    ["b", "2.0.0"],
    ["gone", ""],
  ]);
  expect(found.edges.map((edge) => `${edge.from} ${edge.to}`)).toEqual(["app a", "app b", "a b", "b app", "b layer gone"]);
  expect(found.cut).toBe(false);
});
