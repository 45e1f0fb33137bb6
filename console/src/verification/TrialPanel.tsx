import { Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bar } from "../campaigns/Bar";
import { CampaignLabel } from "../campaigns/CampaignLabels";
import { durationWords, percent, secondsOf } from "../campaigns/durations";
import { Figures } from "../campaigns/Figures";
import { countsOf } from "../campaigns/HowFar";
import { campaignQuery } from "../campaigns/queries";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { isOpen, type Batch, type Report } from "./queries";

const w = words.verification;
const m = words.campaigns;

/** How the Units of verification sets do against what they must show. */
export function TrialPanel({ report }: { report: Report }) {
  const { batch, units, units_total: total } = report;
  const { trial } = batch;
  return (
    <Panel title={w.trial} beside={trial ? <CampaignLabel state={trial.state} /> : null}>
      <div className="aos-stack">
        <p className="aos-quiet">{trial || batch.state === "resolving" ? criteriaWords(batch) : isOpen(batch) || batch.state === "passed" ? w.noTrial : w.neverTried}</p>
        {trial ? (
          <>
            <Progress batch={batch} trial={trial} />
            <SmallTable
              label={w.trial}
              rows={units}
              id={(each) => each.unit_id}
              none={w.triedNone}
              columns={[
                {
                  title: m.unit,
                  cell: (each) => (
                    <Link to="/units/$id" params={{ id: each.system_uid }} className="aos-name aos-short">{each.system_uid}</Link>
                  ),
                },
                { title: w.state, cell: (each) => <Standing state={each.state} /> },
                { title: w.why, cell: (each) => <span className="aos-words">{each.reason}</span> },
                { title: m.offered, cell: (each) => (each.offered_at ? <Moment at={each.offered_at} /> : null) },
                { title: m.ended, cell: (each) => (each.ended_at ? <Moment at={each.ended_at} /> : null) },
              ]}
            />
            {total > units.length ? <p className="aos-quiet">{w.unitsMore(total - units.length)}</p> : null}
          </>
        ) : null}
      </div>
    </Panel>
  );
}

function criteriaWords({ criteria }: Batch): string {
  const { success_share: share, soak, severity, units_least: least } = criteria;
  const healthy = secondsOf(soak) ? durationWords(soak) : "";
  return w.passes(percent(share), healthy, m.form.severities[severity], least);
}

/** The campaign that the trial is, as far as it has come, and the figures of its gate. */
function Progress({ batch, trial }: { batch: Batch; trial: NonNullable<Batch["trial"]> }) {
  const may = useMay();
  const campaign = useQuery({ ...campaignQuery(trial.campaign_id), enabled: may("campaigns_read") }).data;
  const wave = campaign?.waves.find((each) => each.undoes === null);
  const least = batch.criteria.units_least;
  const enough = trial.judged >= least;
  return (
    <div className="aos-stack-tight">
      {campaign ? <Bar counts={countsOf(campaign).counts} /> : null}
      <span className="aos-row">
        {wave ? <Figures wave={wave} /> : null}
        <Label isCompact variant="outline" color="grey" status={enough ? "success" : trial.state === "completed" ? "danger" : undefined}>
          {w.triedBy(trial.judged, least)}
        </Label>
        {campaign ? <Link to="/campaigns/$id" params={{ id: campaign.id }}>{w.trialCampaign}</Link> : null}
      </span>
      {trial.reason && trial.state !== "completed" ? <p className="aos-words">{trial.reason}</p> : null}
    </div>
  );
}

function Standing({ state }: { state: string }) {
  const known = m.memberStates as Record<string, string>;
  return (
    <span className="aos-nowrap">
      <span className={`aos-dot aos-is-${state}`} />
      {known[state] ?? state}
    </span>
  );
}
