import { words } from "../words/en";
import type { Batch } from "./queries";

const w = words.verification;
export type Approval = Batch["approvals"][number];

/** Architectures that nobody has approved it for, in words. */
export function unapproved(batch: Batch): string {
  return batch.architectures.filter((each) => !each.approved).map((each) => each.architecture).join(", ");
}

/** Architectures that it is approved for, of all. */
export function approvedWords({ architectures }: Batch): string {
  if (!architectures.length) return "–";
  return w.approvedOf(architectures.filter((each) => each.approved).length, architectures.length);
}

/** Whether it is the last that somebody has still to approve. */
export function isLast(batch: Batch, architecture: string): boolean {
  return batch.architectures.every((each) => each.approved || each.architecture === architecture);
}

/** Why the asker cannot approve it; nothing where they can. */
export function notYou(batch: Batch, me: string | undefined): string {
  if (!batch.four_eyes || me === undefined) return "";
  if (batch.created_by === me) return w.notYou.began;
  return batch.uploaded_by === me ? w.notYou.uploaded : "";
}
