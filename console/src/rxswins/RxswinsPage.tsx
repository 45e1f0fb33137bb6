import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { targetSystemsByIdQuery } from "../targetSystems/queries";
import { words } from "../words/en";
import { rxswinsQuery, type Rxswin } from "./queries";
import { RegisterDialog } from "./RegisterDialog";

const route = getRouteApi("/rxswins");
const w = words.rxswins;
const NAMED_MOST = 3;

/** Every revision of every number that is registered. */
export function RxswinsPage() {
  const navigate = route.useNavigate();
  const [search, onSearch] = useListSearch(route.useSearch(), navigate);
  const may = useMay();
  const [making, setMaking] = useState(false);
  const numbers = useQuery({ ...rxswinsQuery(search), enabled: may("rxswins_list") });
  const systems = useQuery({ ...targetSystemsByIdQuery, enabled: may("target_systems_list") }).data;
  const columns = useMemo(() => columnsOf(systems), [systems]);
  return (
    <ListPage
      name="rxswins"
      w={w}
      allowed={may("rxswins_list")}
      query={numbers}
      columns={columns}
      search={search}
      sort="number"
      onSearch={onSearch}
      onNew={may("rxswins_create") ? () => setMaking(true) : undefined}
      filters={
        systems ? (
          <ChoiceFilter
            of="system"
            search={search}
            onSearch={onSearch}
            label={w.system}
            any={w.anySystem}
            options={[...systems].map(([value, title]) => ({ value, title }))}
          />
        ) : null
      }
    >
      {making ? (
        <RegisterDialog
          onClose={() => setMaking(false)}
          onMade={(id) => void navigate({ to: "/rxswins/$id", params: { id } })}
        />
      ) : null}
    </ListPage>
  );
}

function columnsOf(systems: ReadonlyMap<string, string> | undefined): Column<Rxswin>[] {
  return [
    {
      key: "number",
      title: w.number,
      sort: "number",
      cell: (one) => (
        <Link to="/rxswins/$id" params={{ id: one.id }} className="aos-name aos-short" title={one.number}>
          {one.number}
        </Link>
      ),
    },
    { key: "revision", title: w.revision, sort: "revision", cell: (one) => one.revision },
    {
      key: "system",
      title: w.system,
      cell: (one) => <span className="aos-name aos-short">{systems?.get(one.target_system_id) ?? one.target_system_id}</span>,
    },
    { key: "versions", title: w.versions, cell: (one) => <span className="aos-words">{versionWords(one)}</span> },
    { key: "note", title: w.note, cell: (one) => <span className="aos-clamp">{one.note}</span> },
    { key: "registered", title: w.registered, sort: "created_at", cell: (one) => <Moment at={one.created_at} ago /> },
  ];
}

function versionWords({ items }: Rxswin): string {
  const named = items.slice(0, NAMED_MOST).map((item) => `${item.codename} ${item.version}`);
  return [...named, ...(items.length > NAMED_MOST ? [w.versionsMore(items.length - NAMED_MOST)] : [])].join(", ");
}
