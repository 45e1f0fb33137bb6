import { Button, FormGroup, TextArea } from "@patternfly/react-core";
import { useState } from "react";
import { Deed } from "../parts/Deed";
import { Hint } from "../parts/Hint";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { end, isOpen, type Batch } from "./queries";

const w = words.verification;
type Verb = "reject" | "cancel";
const VERBS: readonly Verb[] = ["reject", "cancel"];

/** The ways in which a person ends a batch that is open. */
export function Ending({ batch }: { batch: Batch }) {
  const may = useMay();
  const [verb, setVerb] = useState<Verb>();
  if (!isOpen(batch)) return null;
  return (
    <span className="aos-row">
      {VERBS.filter((each) => may(`verification_batches_${each}`)).map((each) => (
        <Button key={each} variant="secondary" isDanger onClick={() => setVerb(each)}>{w[each]}</Button>
      ))}
      {verb ? <Asked verb={verb} batch={batch} onClose={() => setVerb(undefined)} /> : null}
    </span>
  );
}

function Asked({ verb, batch, onClose }: { verb: Verb; batch: Batch; onClose: () => void }) {
  const [comment, setComment] = useState("");
  const rejects = verb === "reject";
  return (
    <Deed
      title={w[verb]}
      action={w[verb]}
      danger
      disabled={rejects && !comment.trim()}
      will={
        <>
          <p>{(rejects ? w.rejectWill : w.cancelWill)(batch.trial !== null)}</p>
          <FormGroup label={w.reason} fieldId="ending-reason" isRequired={rejects}>
            <TextArea id="ending-reason" value={comment} rows={2} resizeOrientation="vertical" isRequired={rejects} onChange={(_event, typed) => setComment(typed)} />
            {rejects ? <Hint>{w.reasonHow}</Hint> : null}
          </FormGroup>
        </>
      }
      run={(once) => end(once, batch, verb, comment)}
      touches={["verification", "campaigns", "audit"]}
      onClose={onClose}
    />
  );
}
