import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Column } from "../parts/DataTable";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { limitsInWords } from "./inWords";
import { targetSystemsQuery, type TargetSystem } from "./queries";
import { NewTargetSystem } from "./TargetSystemDialogs";

const route = getRouteApi("/target-systems");
const w = words.targetSystems;

const COLUMNS: Column<TargetSystem>[] = [
  {
    key: "title",
    title: w.name,
    sort: "title",
    cell: (system) => (
      <Link to="/target-systems/$id" params={{ id: system.id }} className="aos-name" title={system.title}>
        {system.title}
      </Link>
    ),
  },
  { key: "nodes", title: w.nodes, cell: (system) => <span className="aos-words">{system.nodes.map((node) => node.type).join(", ")}</span> },
  {
    key: "limits",
    title: w.limits,
    cell: (system) => <span className="aos-words">{limitsInWords(system.limits) || <span className="aos-quiet">{w.toUnits}</span>}</span>,
  },
  { key: "revision", title: w.revision, cell: (system) => w.version(system.revision) },
  { key: "created", title: w.created, sort: "created_at", cell: (system) => <Moment at={system.created_at} /> },
];

/** Kinds of hardware. */
export function TargetSystemsPage() {
  const navigate = route.useNavigate();
  const [search, onSearch] = useListSearch(route.useSearch(), navigate);
  const may = useMay();
  const [making, setMaking] = useState(false);
  const systems = useQuery({ ...targetSystemsQuery(search), enabled: may("target_systems_list") });
  return (
    <ListPage
      name="target-systems"
      w={w}
      allowed={may("target_systems_list")}
      query={systems}
      columns={COLUMNS}
      search={search}
      onSearch={onSearch}
      onNew={may("target_systems_create") ? () => setMaking(true) : undefined}
    >
      {making ? (
        <NewTargetSystem
          onClose={() => setMaking(false)}
          onMade={(id) => void navigate({ to: "/target-systems/$id", params: { id } })}
        />
      ) : null}
    </ListPage>
  );
}
