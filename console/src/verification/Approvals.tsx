import { Button, FormGroup, Label, TextArea } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Deed } from "../parts/Deed";
import { Hint } from "../parts/Hint";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { useNames } from "../people/useNames";
import { meQuery, useMay } from "../session/me";
import { words } from "../words/en";
import { isLast, notYou, type Approval } from "./approvals";
import { totalsWords } from "./EvidencePanel";
import { approve, revoke, type Batch, type Report } from "./queries";
import "./verification.css";

const w = words.verification;
type Architecture = Batch["architectures"][number];
const REVOCABLE: ReadonlySet<Batch["state"]> = new Set(["awaiting_approval", "verifying", "passed"]);
interface Open {
  verb: "approve" | "revoke";
  architecture: Architecture;
}

/** What is to be approved for each architecture, who did and who took it back. */
export function Approvals({ report }: { report: Report }) {
  const { batch } = report;
  const [open, setOpen] = useState<Open>();
  return (
    <Panel title={w.approval}>
      {batch.four_eyes ? <p className="aos-quiet">{w.fourEyes}</p> : null}
      <ul className="aos-waves">
        {batch.architectures.map((architecture) => (
          <li key={architecture.architecture} className="aos-approval">
            <One batch={batch} architecture={architecture} onOpen={(verb) => setOpen({ verb, architecture })} />
          </li>
        ))}
      </ul>
      {open ? <Deciding {...open} report={report} onClose={() => setOpen(undefined)} /> : null}
    </Panel>
  );
}

function One({ batch, architecture: { architecture: name, digest, approved }, onOpen }: {
  batch: Batch;
  architecture: Architecture;
  onOpen: (verb: Open["verb"]) => void;
}) {
  const may = useMay();
  const me = useQuery(meQuery).data?.id;
  const awaits = !approved && batch.state === "awaiting_approval" && may("verification_batches_approve");
  const hindrance = awaits ? notYou(batch, me) : "";
  return (
    <>
      <div className="aos-row">
        <h3>{name}</h3>
        <Label isCompact status={approved ? "success" : undefined} color={approved ? undefined : "grey"}>
          {approved ? w.approved : w.waits}
        </Label>
        {awaits && !hindrance ? (
          <Button size="sm" aria-label={w.approveFor(name)} onClick={() => onOpen("approve")}>{w.approve}</Button>
        ) : null}
        {approved && REVOCABLE.has(batch.state) && may("verification_batches_revoke") ? (
          <Button size="sm" variant="secondary" isDanger aria-label={w.revokeFor(name)} onClick={() => onOpen("revoke")}>{w.revoke}</Button>
        ) : null}
      </div>
      {hindrance ? <p className="aos-quiet">{hindrance}</p> : null}
      <span className="aos-quiet" title={w.boundHow}>
        {w.bound} <span className="aos-id">{digest}</span>
      </span>
      {batch.approvals
        .filter((each) => each.architecture === name)
        .map((given) => (
          <Given key={given.approved_at} given={given} people={batch.people} />
        ))}
    </>
  );
}

/** Somebody's word, kept after it was taken back. */
function Given({ given, people }: { given: Approval; people: Batch["people"] }) {
  const names = useNames();
  return (
    <div className="aos-stack-tight">
      <span className="aos-words">
        {w.approvedBy(names(given.approved_by, people))}, <Moment at={given.approved_at} />
        {given.comment ? <>: {given.comment}</> : null}
      </span>
      {given.revoked_at === null ? null : (
        <span className="aos-words">
          {w.takenBack(names(given.revoked_by, people))}, <Moment at={given.revoked_at} />
          {given.revoked_comment ? <>: {given.revoked_comment}</> : null}
        </span>
      )}
    </div>
  );
}

function Deciding({ verb, architecture: { architecture: name, digest }, report, onClose }: Open & { report: Report; onClose: () => void }) {
  const { batch, evidence, totals } = report;
  const [comment, setComment] = useState("");
  const approves = verb === "approve";
  return (
    <Deed
      title={approves ? w.approveFor(name) : w.revokeFor(name)}
      action={approves ? w.approve : w.revoke}
      danger={!approves}
      will={
        <>
          <p>{approves ? w.approveWill(name, isLast(batch, name)) : w.revokeWill(name, batch.state === "passed")}</p>
          {approves ? (
            <>
              <p>
                {w.bound} <span className="aos-id">{digest}</span>
              </p>
              <p>
                {w.evidence}: {evidence.length ? [w.saidOf(evidence.length), totals.tests ? totalsWords(totals) : ""].filter(Boolean).join("; ") : w.noEvidence}
              </p>
            </>
          ) : null}
          <FormGroup label={w.comment} fieldId="approval-comment">
            <TextArea id="approval-comment" value={comment} rows={2} resizeOrientation="vertical" onChange={(_event, typed) => setComment(typed)} />
            <Hint>{w.commentHow}</Hint>
          </FormGroup>
        </>
      }
      run={(once) => (approves ? approve(once, batch, name, digest, comment) : revoke(once, batch, name, comment))}
      touches={["verification", "audit"]}
      onClose={onClose}
    />
  );
}
