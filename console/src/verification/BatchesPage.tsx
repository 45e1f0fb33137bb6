import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { readyBundlesQuery } from "../campaigns/queries";
import { fleetsByIdQuery } from "../fleets/queries";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useNames } from "../people/useNames";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { approvedWords } from "./approvals";
import { BatchLabel } from "./BatchLabel";
import { batchesQuery, settingsQuery, type Batch } from "./queries";
import { BATCH_STATES, type BatchesSearch } from "./search";
import { SettingsDialog } from "./SettingsDialog";

const route = getRouteApi("/verification");
const w = words.verification;

/** Verification Batches that one sees. */
export function BatchesPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const names = useNames();
  const batches = useQuery({ ...batchesQuery(search), enabled: may("verification_batches_list") });
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const columns = useMemo(() => columnsOf(fleets.data, names), [fleets.data, names]);
  return (
    <ListPage
      name="verification"
      w={w}
      allowed={may("verification_batches_list")}
      query={batches}
      columns={columns}
      search={search}
      sort="-created_at"
      onSearch={onSearch}
      actions={may("verification_settings_update") ? <Settings /> : null}
      filters={<Filters search={search} fleets={fleets.data} onSearch={onSearch} />}
    />
  );
}

type Titles = ReadonlyMap<string, string> | undefined;

function Filters({ search, fleets, onSearch }: { search: BatchesSearch; fleets: Titles; onSearch: (change: BatchesSearch) => void }) {
  const may = useMay();
  const bundles = useQuery({ ...readyBundlesQuery, enabled: may("deployment_bundles_list") });
  return (
    <>
      <ChoiceFilter
        of="state"
        search={search}
        onSearch={onSearch}
        label={w.state}
        any={w.anyState}
        options={BATCH_STATES.map((value) => ({ value, title: w.states[value] }))}
      />
      {bundles.data ? (
        <ChoiceFilter
          of="bundle"
          search={search}
          onSearch={onSearch}
          label={w.bundle}
          any={w.anyBundle}
          options={bundles.data.items.map((bundle) => ({ value: bundle.id, title: bundle.name }))}
        />
      ) : null}
      {fleets ? (
        <ChoiceFilter
          of="fleet"
          search={search}
          onSearch={onSearch}
          label={w.fleet}
          any={w.anyFleet}
          options={[...fleets].map(([value, title]) => ({ value, title }))}
        />
      ) : null}
    </>
  );
}

function columnsOf(fleets: Titles, names: ReturnType<typeof useNames>): Column<Batch>[] {
  return [
    {
      key: "bundle",
      title: w.bundle,
      cell: (batch) => (
        <Link to="/verification/$id" params={{ id: batch.id }} className="aos-name aos-short" title={batch.bundle}>
          {batch.bundle}
        </Link>
      ),
    },
    { key: "state", title: w.state, sort: "state", cell: (batch) => <BatchLabel state={batch.state} /> },
    { key: "approvals", title: w.approvals, cell: approvedWords },
    { key: "why", title: w.why, cell: (batch) => <span className="aos-clamp">{batch.reason}</span> },
    {
      key: "fleet",
      title: w.fleet,
      cell: (batch) => (
        <span className="aos-name aos-short">
          {batch.fleet_id === null ? w.everyFleet : (fleets?.get(batch.fleet_id) ?? batch.fleet_id)}
        </span>
      ),
    },
    { key: "begun", title: w.begun, sort: "created_at", cell: (batch) => <Moment at={batch.created_at} ago /> },
    { key: "by", title: w.by, optional: true, cell: (batch) => <span className="aos-words">{names(batch.created_by, batch.people)}</span> },
  ];
}

function Settings() {
  const settings = useQuery(settingsQuery);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" isDisabled={!settings.data} onClick={() => setOpen(true)}>
        {w.settings}
      </Button>
      {open && settings.data ? <SettingsDialog before={settings.data} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
