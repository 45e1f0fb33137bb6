import { Button, Form, FormGroup, Label, Radio } from "@patternfly/react-core";
import { useState } from "react";
import { Deed } from "../parts/Deed";
import { bytes } from "../parts/format";
import { Hint } from "../parts/Hint";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { Picks } from "../parts/Picks";
import { SmallTable } from "../parts/SmallTable";
import { useNames } from "../people/useNames";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { isOpen, sendEvidence, type Batch, type Evidence, type Report, type Totals } from "./queries";

const w = words.verification;
const BYTES_MOST = 8 * 1024 * 1024;
const KINDS = ["junit", "file"] as const;

/** What tests said, to be read before one approves. */
export function EvidencePanel({ report: { batch, items, evidence, totals, people } }: { report: Report }) {
  const may = useMay();
  const names = useNames();
  const [open, setOpen] = useState(false);
  const takes = isOpen(batch) || batch.state === "passed";
  return (
    <Panel
      title={w.evidence}
      beside={
        takes && may("verification_evidence_create") ? (
          <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>{w.add}</Button>
        ) : null
      }
    >
      <div className="aos-stack">
        {evidence.length > 1 && totals.tests ? <p>{totalsWords(totals)}</p> : null}
        <SmallTable
          label={w.evidence}
          rows={evidence}
          id={(each) => each.id}
          none={w.noEvidence}
          columns={[
            {
              title: w.file,
              cell: (each) => (
                <>
                  <File batch={batch} evidence={each} /> <span className="aos-quiet aos-nowrap">{bytes(each.size_bytes)}</span>
                </>
              ),
            },
            { title: w.says_, cell: (each) => <Says totals={each.totals} /> },
            {
              title: w.added,
              cell: (each) => (
                <>
                  <Moment at={each.added_at} ago /> <span className="aos-quiet aos-nowrap">{w.byWhom(names(each.added_by, people))}</span>
                </>
              ),
            },
          ]}
        />
      </div>
      {open ? <Adding batch={batch} items={items} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function File({ batch, evidence: { id, title } }: { batch: Batch; evidence: Evidence }) {
  const may = useMay();
  if (!may("verification_evidence_read")) return <span className="aos-words">{title}</span>;
  const path = `/api/v11/verification-batches/${encodeURIComponent(batch.id)}/evidence/${encodeURIComponent(id)}/`;
  return <a href={path} download={title} className="aos-words">{title}</a>;
}

function Says({ totals }: { totals: Totals | null }) {
  if (!totals) return null;
  const bad = failed(totals);
  return <Label isCompact status={bad ? "danger" : "success"}>{totalsWords(totals)}</Label>;
}

function failed({ failures, errors }: Totals): number {
  return failures + errors;
}

/** Test cases, and how many of them did not succeed. */
export function totalsWords(totals: Totals): string {
  return w.totals(totals.tests, failed(totals), totals.skipped);
}

/** Files of one kind, one after the other. */
function Adding({ batch, items, onClose }: { batch: Batch; items: Report["items"]; onClose: () => void }) {
  const [files, setFiles] = useState<readonly globalThis.File[]>([]);
  const [kind, setKind] = useState<Evidence["kind"]>("junit");
  const [about, setAbout] = useState<readonly string[]>(items.map((item) => item.item_id));
  const digests = new Set(items.filter((item) => about.includes(item.item_id)).map((item) => item.index_digest));
  const tooLarge = files.some((file) => file.size > BYTES_MOST);
  return (
    <Deed
      title={w.add}
      action={w.add}
      disabled={!files.length || tooLarge || !about.length}
      will={
        <Form>
          <p>{w.addWill}</p>
          <FormGroup label={w.chooseFiles} fieldId="evidence-files" isRequired>
            <input id="evidence-files" type="file" multiple onChange={(event) => setFiles([...(event.target.files ?? [])])} />
            <Hint bad={tooLarge}>{w.tooLarge}</Hint>
          </FormGroup>
          <FormGroup label={w.kind} role="radiogroup" fieldId="evidence-kind" isStack>
            {KINDS.map((each) => (
              <Radio key={each} id={`evidence-${each}`} name="evidence-kind" label={w.kinds[each]} isChecked={kind === each} onChange={() => setKind(each)} />
            ))}
          </FormGroup>
          {items.length > 1 ? (
            <FormGroup label={w.about}>
              <Picks
                label={w.about}
                options={items.map((item) => ({ value: item.item_id, title: `${item.codename} ${item.version}` }))}
                chosen={about}
                onChoose={setAbout}
              />
            </FormGroup>
          ) : null}
        </Form>
      }
      run={async () => {
        for (const file of files) await sendEvidence(batch.id, kind, [...digests], file);
      }}
      touches={["verification", "audit"]}
      onClose={onClose}
    />
  );
}
