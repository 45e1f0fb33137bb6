import { Button, Label, PageSection, ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { Choice } from "../parts/Choice";
import { DataTable, type Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Approve, Reject } from "./AtTheDoor";
import { grouped } from "./fingerprint";
import { waitingQuery, type WaitingUnit } from "./queries";
import { ANY, KINDS, STATES, type WaitingSearch } from "./search";

const route = getRouteApi("/waiting");
const w = words.enrolment;
const LOOKS = { waiting: "blue", approved: "green", rejected: "red", expired: "orange" } as const;

type Open = { kind: "approve" | "reject"; unit: WaitingUnit };

/** Units at the door: who waits, and whether to let them in. */
export function WaitingPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const waiting = useQuery({ ...waitingQuery(search), enabled: may("waiting_units_list") });
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const approve = may("waiting_units_approve");
  const reject = may("waiting_units_reject");
  const onlyWaiting = (search.state ?? "waiting") === "waiting";
  const columns = useMemo(
    () => waitingColumns(fleets.data, approve, reject, !onlyWaiting, setOpen),
    [fleets.data, approve, reject, onlyWaiting],
  );
  if (!may("waiting_units_list")) return <NotAllowed />;
  return (
    <>
      <PageHead title={w.title} />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          key={onlyWaiting ? "waiting" : "at-the-door"}
          name={onlyWaiting ? "waiting" : "at-the-door"}
          label={w.title}
          query={waiting}
          columns={columns}
          id={(unit) => unit.id}
          search={search}
          sort="-created_at"
          onSearch={onSearch}
          filters={<Filters search={search} onSearch={onSearch} />}
          empty={<Empty title={onlyWaiting ? w.none : w.noneOther}>{onlyWaiting ? w.noneHow : null}</Empty>}
        />
      </PageSection>
      {open?.kind === "approve" ? (
        <Approve
          unit={open.unit}
          fleet={fleets.data?.get(open.unit.fleet_id) ?? open.unit.fleet_id}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
      {open?.kind === "reject" ? <Reject unit={open.unit} onClose={() => setOpen(undefined)} /> : null}
    </>
  );
}

function Filters({ search, onSearch }: { search: WaitingSearch; onSearch: (change: WaitingSearch) => void }) {
  return (
    <>
      <ToolbarItem>
        <Choice
          label={w.state}
          any={w.states.waiting}
          value={search.state === "waiting" ? undefined : search.state}
          options={[
            ...STATES.filter((value) => value !== "waiting").map((value) => ({ value, title: w.states[value] })),
            { value: ANY, title: w.any },
          ]}
          onChoose={(state) => onSearch({ state, page: undefined })}
        />
      </ToolbarItem>
      <ChoiceFilter
        of="kind"
        search={search}
        onSearch={onSearch}
        label={w.kind}
        any={w.any}
        options={KINDS.map((value) => ({ value, title: w.kinds[value] }))}
      />
    </>
  );
}

function waitingColumns(
  fleets: ReadonlyMap<string, string> | undefined,
  approve: boolean,
  reject: boolean,
  ended: boolean,
  open: (open: Open) => void,
): Column<WaitingUnit>[] {
  const columns: Column<WaitingUnit>[] = [
    { key: "unit", title: w.unit, cell: (unit) => <span className="aos-name aos-short" title={unit.system_uid}>{unit.system_uid}</span> },
    {
      key: "fingerprint",
      title: w.fingerprint,
      cell: (unit) => <span className="aos-id aos-print">{grouped(unit.fingerprint)}</span>,
    },
    { key: "kind", title: w.kind, cell: (unit) => <span className="aos-words">{w.kinds[unit.kind]}</span> },
    { key: "origin", title: w.origin, optional: true, cell: (unit) => <span className="aos-words">{unit.origin}</span> },
    { key: "since", title: w.since, sort: "created_at", cell: (unit) => <Moment at={unit.created_at} ago /> },
    ...(ended
      ? [
          {
            key: "state",
            title: w.state,
            cell: (unit: WaitingUnit) => (
              <Label isCompact color={LOOKS[unit.state]}>
                {w.states[unit.state]}
              </Label>
            ),
          },
          { key: "reason", title: w.reason, cell: (unit: WaitingUnit) => <span className="aos-words">{unit.reason}</span> },
        ]
      : []),
    {
      key: "fleet",
      title: w.fleet,
      optional: true,
      cell: (unit) => <span className="aos-name aos-short">{fleets?.get(unit.fleet_id) ?? unit.fleet_id}</span>,
    },
    {
      key: "model",
      title: w.model,
      optional: true,
      cell: (unit) => <span className="aos-words">{[unit.model_name, unit.model_version].filter(Boolean).join(" ")}</span>,
    },
    { key: "nodes", title: w.nodes, optional: true, cell: (unit) => <span className="aos-words">{unit.nodes.join(", ")}</span> },
    { key: "until", title: w.until, optional: true, cell: (unit) => <Moment at={unit.expires_at} /> },
  ];
  if (!approve && !reject) return columns;
  return [
    ...columns,
    {
      key: "actions",
      title: words.units.actions,
      cell: (unit) =>
        unit.state === "waiting" ? (
          <span className="aos-row aos-nowrap">
            {approve ? (
              <Button size="sm" variant="secondary" onClick={() => open({ kind: "approve", unit })}>
                {w.approve}
              </Button>
            ) : null}
            {reject ? (
              <Button size="sm" variant="link" isDanger onClick={() => open({ kind: "reject", unit })}>
                {w.reject}
              </Button>
            ) : null}
          </span>
        ) : null,
    },
  ];
}
