import { describe, expect, it } from "vitest";
import { complete, draftOf, emptyNode, said } from "./draft";
import type { TargetSystem } from "./queries";

const BOARD: TargetSystem = {
  id: "1",
  title: "board",
  revision: 2,
  created_at: "",
  limits: { items: null, instances: 32, subjects: null },
  nodes: [
    {
      type: "main",
      labels: ["gpu"],
      priority: 0,
      resource_ratios: { cpu: 80, ram: 60, storage: null, state: null },
      alert_rules: {
        cpu: null,
        ram: { min_threshold: 75, max_threshold: 85, min_timeout_s: 10 },
        partitions: [{ name: "state", min_threshold: 70, max_threshold: 90, min_timeout_s: 0 }],
        download: null,
        upload: null,
      },
    },
  ],
};

describe("a target system in a form", () => {
  it("comes out as it went in, with what the form does not show", () => {
    const { title, limits, nodes } = BOARD;
    expect(said(draftOf(BOARD))).toEqual({ title, limits, nodes });
  });
  it("says nothing of what nobody filled in", () => {
    const draft = { ...draftOf(undefined), title: "bare", nodes: [{ ...emptyNode(), type: "main" }] };
    expect(said(draft).nodes).toEqual([{ type: "main", labels: [], priority: 0, resource_ratios: null, alert_rules: null }]);
    expect(complete(draft)).toBe(true);
    expect(complete({ ...draft, nodes: [emptyNode()] })).toBe(false);
    expect(complete({ ...draft, limits: { ...draft.limits, items: "x" } })).toBe(false);
  });
});
