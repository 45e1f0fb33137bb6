import { Button, PageSection, ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { Choice } from "../parts/Choice";
import { DataTable, type Column } from "../parts/DataTable";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { TitleFilter } from "../parts/TitleFilter";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Bar } from "./Bar";
import { CampaignLabel } from "./CampaignLabels";
import { countsOf } from "./HowFar";
import { campaignsQuery, readyBundlesQuery, type Campaign } from "./queries";
import { CAMPAIGN_STATES, type CampaignsSearch } from "./search";

const route = getRouteApi("/campaigns");
const w = words.campaigns;

/** Campaigns that one sees. */
export function CampaignsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const campaigns = useQuery({ ...campaignsQuery(search), enabled: may("campaigns_list") });
  const bundles = useQuery({ ...readyBundlesQuery, enabled: may("deployment_bundles_list") });
  const onSearch = useCallback(
    (change: CampaignsSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  if (!may("campaigns_list")) return <NotAllowed />;
  const make = may("campaigns_create") ? (
    <Button component={(props) => <Link {...props} to="/campaigns/new" />}>{w.create}</Button>
  ) : null;
  const filters = (
    <>
      <TitleFilter value={search.name} onSearch={onSearch} />
      <ToolbarItem>
        <Choice
          label={w.state}
          any={w.anyState}
          value={search.state}
          options={CAMPAIGN_STATES.map((state) => ({ value: state, title: w.states[state] }))}
          onChoose={(state) => onSearch({ state, page: undefined })}
        />
      </ToolbarItem>
      {bundles.data ? (
        <ToolbarItem>
          <Choice
            label={w.bundle}
            any={words.units.any}
            value={search.bundle}
            options={bundles.data.items.map((bundle) => ({ value: bundle.id, title: bundle.name }))}
            onChoose={(bundle) => onSearch({ bundle, page: undefined })}
          />
        </ToolbarItem>
      ) : null}
    </>
  );
  return (
    <>
      <PageHead title={w.title} actions={make} />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="campaigns"
          label={w.title}
          query={campaigns}
          columns={COLUMNS}
          id={(campaign) => campaign.id}
          search={search}
          sort="-created_at"
          onSearch={onSearch}
          filters={filters}
          empty={search.name ? <Empty title={words.table.noneNamed} /> : <Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
    </>
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
