import { ActionsColumn } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Column } from "../parts/DataTable";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { NewFleet, RemoveFleet, RenameFleet } from "./FleetDialogs";
import { fleetsQuery, type Fleet } from "./queries";

const route = getRouteApi("/fleets");
const w = words.fleets;

type Open = { kind: "new" } | { kind: "rename" | "remove"; fleet: Fleet };

/** Fleets that one sees. */
export function FleetsPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const fleets = useQuery({ ...fleetsQuery(search), enabled: may("fleets_list") });
  const rename = may("fleets_update");
  const remove = may("fleets_delete");
  const columns = useMemo(() => fleetColumns(rename, remove, setOpen), [rename, remove]);
  return (
    <ListPage
      name="fleets"
      w={w}
      allowed={may("fleets_list")}
      query={fleets}
      columns={columns}
      search={search}
      onSearch={onSearch}
      onNew={may("fleets_create") ? () => setOpen({ kind: "new" }) : undefined}
    >
      {open?.kind === "remove" ? <RemoveFleet fleet={open.fleet} onClose={() => setOpen(undefined)} /> : null}
      {open?.kind === "rename" ? <RenameFleet id={open.fleet.id} onClose={() => setOpen(undefined)} /> : null}
      {open?.kind === "new" ? <NewFleet onClose={() => setOpen(undefined)} /> : null}
    </ListPage>
  );
}

function fleetColumns(rename: boolean, remove: boolean, open: (open: Open) => void): Column<Fleet>[] {
  const columns: Column<Fleet>[] = [
    {
      key: "title",
      title: w.name,
      sort: "title",
      cell: (fleet) => (
        <Link to="/fleets/$id" params={{ id: fleet.id }} className="aos-name" title={fleet.title}>
          {fleet.title}
        </Link>
      ),
    },
    { key: "created", title: w.created, sort: "created_at", cell: (fleet) => <Moment at={fleet.created_at} /> },
  ];
  if (!rename && !remove) return columns;
  const actions = (fleet: Fleet) => [
    ...(rename ? [{ title: w.rename, onClick: () => open({ kind: "rename", fleet }) }] : []),
    ...(remove ? [{ title: w.remove, isDanger: true, onClick: () => open({ kind: "remove", fleet }) }] : []),
  ];
  return [
    ...columns,
    { key: "actions", title: words.units.actions, cell: (fleet) => <ActionsColumn items={actions(fleet)} /> },
  ];
}
