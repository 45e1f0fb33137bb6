import { Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { DataTable } from "../parts/DataTable";
import { Facts } from "../parts/Facts";
import type { ListSearch } from "../parts/list";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Empty, Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { unitColumnsWithin } from "../units/columns";
import { words } from "../words/en";
import { LIMITS } from "./draft";
import { alertsInWords, sharesInWords } from "./inWords";
import { targetSystemQuery, unitsOfKindQuery, type TargetSystem } from "./queries";
import { ChangeTargetSystem, RemoveTargetSystem } from "./TargetSystemDialogs";

const route = getRouteApi("/target-systems/$id");
const w = words.targetSystems;

/** One kind of hardware, and its Units. */
export function TargetSystemPage() {
  const { id } = route.useParams();
  const may = useMay();
  const navigate = useNavigate();
  const system = useQuery({ ...targetSystemQuery(id), enabled: may("target_systems_read") });
  const units = useQuery({ ...unitsOfKindQuery(id, {}), enabled: may("units_list") }).data?.total ?? 0;
  const [open, setOpen] = useState<"change" | "remove">();
  const title = system.data?.thing.title ?? id;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/target-systems" list={w.title} here={title} />}
        actions={
          system.data ? (
            <span className="aos-row">
              {may("target_systems_update") ? (
                <Button variant="secondary" onClick={() => setOpen("change")}>{w.change}</Button>
              ) : null}
              {may("target_systems_delete") ? (
                <Button variant="secondary" isDanger onClick={() => setOpen("remove")}>{w.remove}</Button>
              ) : null}
            </span>
          ) : null
        }
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={system} lines={8}>
          {({ thing }) => <Whole system={thing} />}
        </Shown>
      </PageSection>
      {system.data && open === "change" ? (
        <ChangeTargetSystem before={system.data} units={units} onClose={() => setOpen(undefined)} />
      ) : null}
      {system.data && open === "remove" ? (
        <RemoveTargetSystem
          system={system.data.thing}
          onClose={() => setOpen(undefined)}
          onGone={() => void navigate({ to: "/target-systems" })}
        />
      ) : null}
    </>
  );
}

function Whole({ system }: { system: TargetSystem }) {
  const may = useMay();
  const quiet = (text: string) => <span className="aos-quiet">{text}</span>;
  return (
    <div className="aos-stack">
      <Panel title={w.limits}>
        <Facts
          columns={3}
          facts={[
            [w.limitItems, system.limits.items ?? quiet(w.most(LIMITS.items))],
            [w.limitInstances, system.limits.instances ?? quiet(w.most(LIMITS.instances))],
            [w.limitSubjects, system.limits.subjects ?? quiet(w.most(LIMITS.subjects))],
            [w.revision, w.version(system.revision)],
            [w.created, <Moment key="created" at={system.created_at} />],
          ]}
        />
      </Panel>
      <Panel title={w.nodes}>
        <SmallTable
          label={w.nodes}
          rows={system.nodes}
          id={(node) => node.type}
          none={w.noNodes}
          columns={[
            { title: w.node, cell: (node) => <span className="aos-words">{node.type}</span> },
            { title: w.share, cell: (node) => <span className="aos-words">{sharesInWords(node) || quiet(w.toUnits)}</span> },
            {
              title: w.alerts,
              cell: (node) => (
                <span className="aos-stack-tight">
                  {alertsInWords(node).map((line) => (
                    <span key={line} className="aos-words">{line}</span>
                  ))}
                </span>
              ),
            },
            { title: w.labels, cell: (node) => <span className="aos-words">{(node.labels ?? []).join(", ")}</span> },
            { title: w.priority, cell: (node) => node.priority ?? 0 },
          ]}
        />
      </Panel>
      {may("units_list") ? (
        <Panel title={w.units}>
          <Units id={system.id} />
        </Panel>
      ) : null}
    </div>
  );
}

function Units({ id }: { id: string }) {
  const may = useMay();
  const [search, setSearch] = useState<ListSearch>({});
  const units = useQuery(unitsOfKindQuery(id, search));
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const columns = useMemo(() => unitColumnsWithin({ titles: fleets.data }), [fleets.data]);
  const onSearch = useCallback((change: ListSearch) => setSearch((old) => ({ ...old, ...change })), []);
  return (
    <DataTable
      name="kind-units"
      label={w.units}
      query={units}
      columns={columns}
      id={(unit) => unit.id}
      search={search}
      sort="system_uid"
      onSearch={onSearch}
      empty={<Empty title={w.noUnits}>{w.noUnitsHow}</Empty>}
    />
  );
}
