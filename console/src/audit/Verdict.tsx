import { Alert, Button } from "@patternfly/react-core";
import type { Schemas } from "../api/client";
import { words } from "../words/en";

const w = words.audit;

interface Props {
  working: boolean;
  far: Schemas["TrailVerdictView"] | undefined;
  onGo: () => void;
}

export function Verify({ working, far, onGo }: Props) {
  return (
    <Button variant="secondary" isLoading={working} isDisabled={working} onClick={onGo}>
      {working ? (far ? w.verified(far.verified, far.last) : w.verifying) : w.verify}
    </Button>
  );
}

/** What the verifier found of the whole trail. */
export function Verdict({ verdict }: { verdict: Schemas["TrailVerdictView"] }) {
  const more = verdict.faults_total - verdict.faults.length;
  return (
    <div role="status">
      {verdict.whole ? (
        <Alert variant="success" isInline title={w.whole(verdict.lines)}>
          <p>
            {w.endsWith} <span className="aos-id">{verdict.hash || "–"}</span>
          </p>
          <p>{w.keepIt}</p>
        </Alert>
      ) : (
        <Alert variant="danger" isInline title={w.broken(verdict.faults_total)}>
          <ul>
            {verdict.faults.map((fault) => (
              <li key={`${fault.number} ${fault.kind}`}>{w.faultOf(fault.number, w.faults[fault.kind] ?? fault.kind)}</li>
            ))}
          </ul>
          {more ? <p>{w.andMore(more)}</p> : null}
        </Alert>
      )}
    </div>
  );
}
