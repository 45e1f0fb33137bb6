import { describe, expect, it } from "vitest";
import { words } from "../words/en";
import { approvedWords, isLast, notYou, unapproved } from "./approvals";
import type { Batch } from "./queries";

const ARCHITECTURES = [
  { architecture: "amd64", digest: "sha256:a", approved: true },
  { architecture: "arm64", digest: "sha256:b", approved: false },
  { architecture: "riscv64", digest: "sha256:c", approved: false },
];
const BATCH = { architectures: ARCHITECTURES, four_eyes: true, created_by: "me", uploaded_by: "sp" } as Batch;

describe("approvals", () => {
  it("say what is still to come", () => {
    expect(unapproved(BATCH)).toBe("arm64, riscv64");
    expect(approvedWords(BATCH)).toBe("1 of 3");
    expect(approvedWords({ ...BATCH, architectures: [] })).toBe("–");
  });
  it("know the last of them", () => {
    expect(isLast(BATCH, "arm64")).toBe(false);
    expect(isLast({ ...BATCH, architectures: ARCHITECTURES.slice(0, 2) }, "arm64")).toBe(true);
  });
  it("are of a colleague with four eyes", () => {
    const { began, uploaded } = words.verification.notYou;
    expect(["me", "sp", "other", undefined].map((who) => notYou(BATCH, who))).toEqual([began, uploaded, "", ""]);
    expect(notYou({ ...BATCH, four_eyes: false }, "me")).toBe("");
  });
});
