import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Bar } from "./Bar";
import { CampaignLabel } from "./CampaignLabels";
import { countsOf } from "./HowFar";
import { campaignsQuery, readyBundlesQuery, type Campaign } from "./queries";
import { CAMPAIGN_STATES } from "./search";

const route = getRouteApi("/campaigns");
const w = words.campaigns;

/** Campaigns that one sees. */
export function CampaignsPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const campaigns = useQuery({ ...campaignsQuery(search), enabled: may("campaigns_list") });
  const bundles = useQuery({ ...readyBundlesQuery, enabled: may("deployment_bundles_list") });
  return (
    <ListPage
      name="campaigns"
      w={w}
      allowed={may("campaigns_list")}
      query={campaigns}
      columns={COLUMNS}
      search={search}
      sort="-created_at"
      onSearch={onSearch}
      actions={
        may("campaigns_create") ? (
          <Button component={(props) => <Link {...props} to="/campaigns/new" />}>{w.create}</Button>
        ) : null
      }
      filters={
        <>
          <ChoiceFilter
            of="state"
            search={search}
            onSearch={onSearch}
            label={w.state}
            any={w.anyState}
            options={CAMPAIGN_STATES.map((state) => ({ value: state, title: w.states[state] }))}
          />
          {bundles.data ? (
            <ChoiceFilter
              of="bundle"
              search={search}
              onSearch={onSearch}
              label={w.bundle}
              any={words.units.any}
              options={bundles.data.items.map((bundle) => ({ value: bundle.id, title: bundle.name }))}
            />
          ) : null}
        </>
      }
    />
  );
}

const COLUMNS: Column<Campaign>[] = [
  {
    key: "title",
    title: w.name,
    sort: "title",
    cell: (campaign) => (
      <Link to="/campaigns/$id" params={{ id: campaign.id }} className="aos-name aos-short" title={campaign.title}>
        {campaign.title}
      </Link>
    ),
  },
  { key: "state", title: w.state, sort: "state", cell: (campaign) => <CampaignLabel state={campaign.state} /> },
  { key: "bundle", title: w.bundle, cell: (campaign) => <span className="aos-name aos-short">{campaign.bundle}</span> },
  { key: "progress", title: w.progress, cell: (campaign) => <Progress campaign={campaign} /> },
  { key: "why", title: w.why, cell: (campaign) => <span className="aos-clamp">{campaign.reason}</span> },
  { key: "created", title: w.created, sort: "created_at", cell: (campaign) => <Moment at={campaign.created_at} ago /> },
];

function Progress({ campaign }: { campaign: Campaign }) {
  const { counts, all } = countsOf(campaign);
  if (!all) return <span className="aos-quiet">{w.notPlanned}</span>;
  return (
    <div className="aos-small-bar">
      <Bar counts={counts} />
      <span className="aos-quiet aos-mutter">{w.progressOf(counts.succeeded, all)}</span>
    </div>
  );
}
