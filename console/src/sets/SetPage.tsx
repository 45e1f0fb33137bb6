import { Alert, Button, Label, PageSection, ToolbarItem } from "@patternfly/react-core";
import { ActionsColumn } from "@patternfly/react-table";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { client, got } from "../api/client";
import type { Marked } from "../api/marked";
import { fleetsByIdQuery } from "../fleets/queries";
import { Said } from "../parts/Confirm";
import { DataTable, type Column } from "../parts/DataTable";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { Empty, Shown } from "../parts/states";
import type { ListSearch } from "../parts/list";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { unitColumnsWithin } from "../units/columns";
import type { Unit } from "../units/queries";
import { UnitPicker } from "../units/UnitPicker";
import { words } from "../words/en";
import { setQuery, setUnitsQuery, type UnitSet } from "./queries";
import { ChangeSet, RemoveSet } from "./SetDialog";
import { SelectorText } from "./SetsPage";

const route = getRouteApi("/sets/$id");
const w = words.sets;

/** One set: what it is, and who is in it. */
export function SetPage() {
  const { id } = route.useParams();
  const may = useMay();
  const navigate = useNavigate();
  const set = useQuery({ ...setQuery(id), enabled: may("unit_sets_read") });
  const [open, setOpen] = useState<"change" | "remove">();
  const title = set.data?.thing.title ?? id;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/sets" list={w.title} here={title} />}
        beside={set.data?.thing.verification ? <Label isCompact color="blue">{w.verifies}</Label> : null}
        actions={
          set.data ? (
            <span className="aos-row">
              {may("unit_sets_update") ? (
                <Button variant="secondary" onClick={() => setOpen("change")}>{w.change}</Button>
              ) : null}
              {may("unit_sets_delete") ? (
                <Button variant="secondary" isDanger onClick={() => setOpen("remove")}>{w.remove}</Button>
              ) : null}
            </span>
          ) : null
        }
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={set} lines={8}>
          {(found) => <Whole found={found} />}
        </Shown>
      </PageSection>
      {set.data && open === "change" ? <ChangeSet before={set.data} onClose={() => setOpen(undefined)} /> : null}
      {set.data && open === "remove" ? (
        <RemoveSet
          set={set.data.thing}
          onClose={() => setOpen(undefined)}
          onGone={() => void navigate({ to: "/sets" })}
        />
      ) : null}
    </>
  );
}

function Whole({ found: { thing: set } }: { found: Marked<UnitSet> }) {
  const may = useMay();
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  return (
    <div className="aos-stack">
      <Facts
        columns={3}
        facts={[
          [
            w.fleet,
            <Link key="fleet" to="/fleets/$id" params={{ id: set.fleet_id }}>
              {fleets.data?.get(set.fleet_id) ?? set.fleet_id}
            </Link>,
          ],
          [w.selector, <SelectorText key="selector" selector={set.selector} />],
          [w.created, <Moment key="created" at={set.created_at} />],
        ]}
      />
      {set.selector === null ? null : <Alert variant="info" isInline isPlain title={w.follows} />}
      <Panel title={w.units}>
        <Members set={set} />
      </Panel>
    </div>
  );
}

function Members({ set }: { set: UnitSet }) {
  const may = useMay();
  const cache = useQueryClient();
  const [search, setSearch] = useState<ListSearch>({});
  const [picking, setPicking] = useState(false);
  const units = useQuery(setUnitsQuery(set.id, search));
  const changed = () => cache.invalidateQueries({ queryKey: ["sets"] });
  const takeOut = useMutation({
    mutationFn: (unit: Unit) =>
      got(client.DELETE("/api/v11/unit-sets/{id}/units/{unit_id}/", { params: { path: { id: set.id, unit_id: unit.id } } })),
    onSettled: changed,
  });
  const byHand = set.selector === null;
  const out = byHand && may("unit_set_units_remove") ? takeOut.mutate : undefined;
  const columns = useMemo(() => memberColumns(out), [out]);
  const onSearch = useCallback((change: ListSearch) => setSearch((old) => ({ ...old, ...change })), []);
  return (
    <>
      {takeOut.error ? <Said error={takeOut.error} /> : null}
      <DataTable
        name="set-units"
        label={w.units}
        query={units}
        columns={columns}
        id={(unit) => unit.id}
        search={search}
        sort="system_uid"
        onSearch={onSearch}
        actions={
          byHand && may("unit_set_units_add") ? (
            <ToolbarItem>
              <Button variant="secondary" onClick={() => setPicking(true)}>{w.add}</Button>
            </ToolbarItem>
          ) : null
        }
        empty={<Empty title={w.noUnits}>{byHand ? w.noUnitsHand : w.noUnitsSelector}</Empty>}
      />
      {picking ? (
        <UnitPicker
          title={w.addTitle(set.title)}
          fleet={set.fleet_id}
          onPick={async (unit) => {
            const path = { id: set.id, unit_id: unit.id };
            await got(client.PUT("/api/v11/unit-sets/{id}/units/{unit_id}/", { params: { path } }));
            await changed();
          }}
          onClose={() => setPicking(false)}
        />
      ) : null}
    </>
  );
}

function memberColumns(takeOut: ((unit: Unit) => void) | undefined): Column<Unit>[] {
  const columns = unitColumnsWithin();
  if (!takeOut) return columns;
  return [
    ...columns,
    {
      key: "actions",
      title: words.units.actions,
      cell: (unit) => <ActionsColumn items={[{ title: w.takeOut, onClick: () => takeOut(unit) }]} />,
    },
  ];
}
