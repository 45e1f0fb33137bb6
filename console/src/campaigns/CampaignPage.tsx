import { Alert, Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { AuditLines } from "../audit/AuditLines";
import { auditOfQuery } from "../audit/queries";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { NotAllowed, Shown } from "../parts/states";
import { useListSearch } from "../parts/useListSearch";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Beside } from "./Beside";
import { CampaignLabel } from "./CampaignLabels";
import { CurvePanel } from "./CurvePanel";
import { HowFar } from "./HowFar";
import { Members } from "./Members";
import { Planning } from "./Planning";
import { policyWords, whomWords } from "./policyWords";
import { campaignQuery, exclusionsQuery, type Campaign } from "./queries";
import { Rehearsal } from "./Rehearsal";
import { useSetTitles, useTitles } from "./useSets";
import { standing, wentWrong } from "./standing";
import { Verbs } from "./Verbs";
import { Waves } from "./Waves";

const route = getRouteApi("/campaigns/$id");
const w = words.campaigns;
const LOOKS = {
  halted: "danger", rolling_back: "warning", rolled_back: "warning", paused: "info", completed: "success",
} as const;

/** One campaign: its waves as they move, why it stands as it does, and what one can do. */
export function CampaignPage() {
  const { id } = route.useParams();
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate(), false);
  const may = useMay();
  const found = useQuery({ ...campaignQuery(id), enabled: may("campaigns_read") });
  const sets = useSetTitles();
  if (!may("campaigns_read")) return <NotAllowed />;
  const title = found.data?.title ?? w.name;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/campaigns" list={w.title} here={title} />}
        beside={found.data ? <CampaignLabel state={found.data.state} /> : null}
        actions={found.data ? <Verbs campaign={found.data} /> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={found} lines={10}>
          {(campaign) => (
            <div className="aos-stack">
              <State campaign={campaign} />
              {campaign.batch_id === null ? null : <OfBatch id={campaign.batch_id} />}
              {unbegun(campaign) ? <Planning campaign={campaign} sets={sets} /> : null}
              {unbegun(campaign) && campaign.waves.length && may("campaigns_rehearse") ? (
                <Rehearsal key={campaign.plan_digest} campaign={campaign} />
              ) : null}
              <HowFar campaign={campaign} />
              <Waves campaign={campaign} sets={sets} />
              <CurvePanel campaign={campaign} />
              {campaign.waves.length ? <Members campaign={campaign} search={search} onSearch={onSearch} /> : null}
              {may("campaign_exclusions_list") ? <LeftOut id={campaign.id} /> : null}
              <Beside campaign={campaign} />
              {unbegun(campaign) ? null : <Planning campaign={campaign} sets={sets} />}
              <div className="aos-columns">
                <Settings campaign={campaign} />
                {may("audit_list") ? <Trail id={campaign.id} /> : null}
                {may("campaigns_dossier") && hasBegun(campaign) ? <Dossier id={campaign.id} /> : null}
              </div>
            </div>
          )}
        </Shown>
      </PageSection>
    </>
  );
}

function unbegun({ state }: Campaign): boolean {
  return state === "draft" || state === "planned";
}

function hasBegun(campaign: Campaign): boolean {
  return !unbegun(campaign) && campaign.state !== "scheduled";
}

function State({ campaign }: { campaign: Campaign }) {
  if (!campaign.reason) return null;
  const look = campaign.state in LOOKS ? LOOKS[campaign.state as keyof typeof LOOKS] : "custom";
  const reached = campaign.waves.find(wentWrong);
  const says = standing(campaign);
  return (
    <Alert variant={look} isInline component="h2" title={`${w.states[campaign.state]}: ${campaign.reason}`}>
      {says.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {reached && says.length ? (
        <p>
          <Link to="/campaigns/$id" params={{ id: campaign.id }} search={{ wave: reached.number + 1 }} hash="members">
            {w.standing.reached(reached.number + 1)}
          </Link>
        </p>
      ) : null}
    </Alert>
  );
}

/** A trial: the way to the batch that decides about it. */
function OfBatch({ id }: { id: string }) {
  const t = words.verification;
  return (
    <Alert
      variant="info"
      isInline
      component="h2"
      title={t.trialOf}
      actionLinks={<Link to="/verification/$id" params={{ id }}>{t.toBatch}</Link>}
    />
  );
}

function Settings({ campaign }: { campaign: Campaign }) {
  const titles = useTitles();
  const { policy, selection } = campaign;
  return (
    <Panel title={w.settings}>
      <Facts
        columns={2}
        facts={[
          [w.purpose, campaign.purpose],
          [w.bundle, <Link key="bundle" to="/bundles/$id" params={{ id: campaign.bundle_id }}>{campaign.bundle}</Link>],
          [w.whom, whomWords(selection, titles)],
          ...policyWords(policy, titles),
          [w.plan.title, campaign.approved ? w.approved : ""],
          [w.created, <Moment key="created" at={campaign.created_at} />],
          [w.starts, campaign.starts_at ? <Moment key="starts" at={campaign.starts_at} /> : ""],
        ]}
      />
    </Panel>
  );
}

/** One signed record of all of it, for whoever asks later. */
function Dossier({ id }: { id: string }) {
  return (
    <Panel title={w.dossier.title}>
      <div className="aos-stack">
        <p>{w.dossier.what}</p>
        <div className="aos-row">
          {(["json", "pdf"] as const).map((format) => (
            <Button
              key={format}
              variant="secondary"
              component={(props) => <a {...props} href={`/api/v11/campaigns/${encodeURIComponent(id)}/dossier/?format=${format}`} download />}
            >
              {w.dossier[format]}
            </Button>
          ))}
        </div>
        <p className="aos-quiet">
          {w.dossier.how} <code>{w.dossier.command}</code>
        </p>
      </div>
    </Panel>
  );
}

function Trail({ id }: { id: string }) {
  const trail = useQuery(auditOfQuery(id));
  return (
    <Panel title={w.trail}>
      <Shown query={trail} lines={4}>
        {(page) => <AuditLines lines={page.items} none={w.trailNone} />}
      </Shown>
    </Panel>
  );
}

function LeftOut({ id }: { id: string }) {
  const left = useQuery(exclusionsQuery(id));
  if (!left.data?.total) return null;
  const { items, total } = left.data;
  return (
    <Panel title={`${w.exclusions} (${total.toLocaleString("en")})`}>
      <SmallTable
        label={w.exclusions}
        rows={items}
        id={(each) => each.unit_id}
        none=""
        columns={[
          {
            title: w.unit,
            cell: (each) => (
              <Link to="/units/$id" params={{ id: each.system_uid }} className="aos-name aos-short">{each.system_uid}</Link>
            ),
          },
          { title: w.reason, cell: (each) => <span className="aos-words">{each.reason}</span> },
          { title: w.detail, cell: (each) => <span className="aos-words">{each.detail}</span> },
        ]}
      />
      {total > items.length ? <p className="aos-quiet">{w.exclusionsMore(total - items.length)}</p> : null}
    </Panel>
  );
}
