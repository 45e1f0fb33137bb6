import { Alert, Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { NotAllowed, Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useNames } from "../people/useNames";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { unapproved } from "./approvals";
import { Approvals } from "./Approvals";
import { BatchLabel } from "./BatchLabel";
import { Brings } from "./Brings";
import { Ending } from "./Ending";
import { EvidencePanel } from "./EvidencePanel";
import { reportQuery, type Batch, type Report } from "./queries";
import { isUnmet, Resolutions } from "./Resolutions";
import { TrialPanel } from "./TrialPanel";

const route = getRouteApi("/verification/$id");
const w = words.verification;
const LOOKS: Record<Batch["state"], "info" | "warning" | "success" | "danger" | "custom"> = {
  resolving: "info",
  awaiting_approval: "warning",
  verifying: "info",
  passed: "success",
  failed: "danger",
  rejected: "danger",
  cancelled: "custom",
};

/** One batch: how it stands and why, what it needs, who approved it with what beside it, and how its Units do. */
export function BatchPage() {
  const { id } = route.useParams();
  const may = useMay();
  const report = useQuery({ ...reportQuery(id), enabled: may("verification_reports_read") });
  if (!may("verification_reports_read")) return <NotAllowed />;
  const batch = report.data?.batch;
  const title = batch ? w.of(batch.bundle) : w.name;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/verification" list={w.title} here={batch?.bundle ?? w.name} />}
        beside={batch ? <BatchLabel state={batch.state} /> : null}
        actions={batch ? <Ending batch={batch} /> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={report} lines={10}>
          {(found) => <Whole report={found} />}
        </Shown>
      </PageSection>
    </>
  );
}

function Whole({ report }: { report: Report }) {
  const { batch } = report;
  const resolutions = <Resolutions batch={batch} />;
  const first = isUnmet(batch) || batch.state === "resolving";
  return (
    <div className="aos-stack">
      <State batch={batch} />
      {first ? resolutions : null}
      {batch.architectures.length ? (
        <div className="aos-columns">
          <Approvals report={report} />
          <EvidencePanel report={report} />
        </div>
      ) : null}
      <TrialPanel report={report} />
      {first ? null : resolutions}
      <Brings report={report} />
      <div className="aos-columns">
        <Steps batch={batch} />
        <Details report={report} />
      </div>
    </div>
  );
}

/** What is the case, and what it means: a sentence, and the reason where there is one. */
function State({ batch }: { batch: Batch }) {
  const says: Record<Batch["state"], string> = {
    ...w.says,
    awaiting_approval: w.says.awaits(unapproved(batch)),
    failed: isUnmet(batch) ? w.says.failedNeeds : w.says.failed,
  };
  const reason = isUnmet(batch) ? "" : batch.reason;
  return (
    <Alert variant={LOOKS[batch.state]} isInline component="h2" title={[w.states[batch.state], reason].filter(Boolean).join(": ")}>
      <p>{says[batch.state]}</p>
    </Alert>
  );
}

function Steps({ batch }: { batch: Batch }) {
  const names = useNames();
  return (
    <Panel title={w.steps}>
      <ul className="aos-lines">
        {batch.moves.map((move) => (
          <li key={`${move.at} ${move.state}`}>
            <span className="aos-words">
              <BatchLabel state={move.state} /> {move.reason}{" "}
              {move.by === null ? null : <span className="aos-quiet">{w.byWhom(names(move.by, batch.people))}</span>}
            </span>
            <span className="aos-quiet">
              <Moment at={move.at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Details({ report: { batch, bundle_digest: digest } }: { report: Report }) {
  const may = useMay();
  const names = useNames();
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") && batch.fleet_id !== null });
  const bundle = may("deployment_bundles_read") ? (
    <Link to="/bundles/$id" params={{ id: batch.bundle_id }}>{batch.bundle}</Link>
  ) : (
    batch.bundle
  );
  return (
    <Panel
      title={w.details}
      beside={
        <Button
          variant="secondary"
          size="sm"
          component={(props) => (
            <a {...props} href={`/api/v11/verification-batches/${encodeURIComponent(batch.id)}/report/`} download={`verification-${batch.bundle}.json`} />
          )}
        >
          {w.report}
        </Button>
      }
    >
      <Facts
        facts={[
          [w.bundle, <Fragment key="bundle">{bundle}</Fragment>],
          [w.fleet, batch.fleet_id === null ? w.everyFleet : (fleets.data?.get(batch.fleet_id) ?? batch.fleet_id)],
          [w.begun, <Fragment key="begun"><Moment at={batch.created_at} /> {w.byWhom(names(batch.automatic ? null : batch.created_by, batch.people))}</Fragment>],
          [w.uploadedBy, batch.uploaded_by === null ? "" : names(batch.uploaded_by, batch.people)],
          [w.bundleDigest, <span key="digest" className="aos-id">{digest}</span>],
        ]}
      />
    </Panel>
  );
}
