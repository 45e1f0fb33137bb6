import { Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { setsQuery, type UnitSet } from "./queries";
import { NewSet } from "./SetDialog";

const route = getRouteApi("/sets");
const w = words.sets;

/** Unit Sets that one sees. */
export function SetsPage() {
  const navigate = route.useNavigate();
  const [search, onSearch] = useListSearch(route.useSearch(), navigate);
  const may = useMay();
  const [making, setMaking] = useState(false);
  const sets = useQuery({ ...setsQuery(search), enabled: may("unit_sets_list") });
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const columns = useMemo(() => setColumns(fleets.data), [fleets.data]);
  return (
    <ListPage
      name="sets"
      w={w}
      allowed={may("unit_sets_list")}
      query={sets}
      columns={columns}
      search={search}
      onSearch={onSearch}
      onNew={may("unit_sets_create") ? () => setMaking(true) : undefined}
      filters={
        <>
          <ChoiceFilter
            of="fleet"
            search={search}
            onSearch={onSearch}
            label={w.fleet}
            any={w.anyFleet}
            options={[...(fleets.data ?? [])].map(([value, title]) => ({ value, title }))}
          />
          <ChoiceFilter
            of="verification"
            search={search}
            onSearch={onSearch}
            label={w.verification}
            any={w.any}
            options={[
              { value: "yes", title: w.yes },
              { value: "no", title: w.no },
            ]}
          />
        </>
      }
    >
      {making ? (
        <NewSet
          fleet={search.fleet}
          onClose={() => setMaking(false)}
          onMade={(id) => void navigate({ to: "/sets/$id", params: { id } })}
        />
      ) : null}
    </ListPage>
  );
}

function setColumns(fleets: ReadonlyMap<string, string> | undefined): Column<UnitSet>[] {
  return [
    {
      key: "title",
      title: w.name,
      sort: "title",
      cell: (set) => (
        <Link to="/sets/$id" params={{ id: set.id }} className="aos-name aos-short" title={set.title}>
          {set.title}
        </Link>
      ),
    },
    { key: "units", title: w.units, cell: (set) => set.units.toLocaleString("en") },
    { key: "selector", title: w.selector, cell: (set) => <SelectorText selector={set.selector} /> },
    {
      key: "verification",
      title: w.verification,
      cell: (set) => (set.verification ? <Label isCompact color="blue">{w.verifies}</Label> : w.no),
    },
    {
      key: "fleet",
      title: w.fleet,
      cell: (set) => (
        <Link to="/fleets/$id" params={{ id: set.fleet_id }} className="aos-name aos-short">
          {fleets?.get(set.fleet_id) ?? set.fleet_id}
        </Link>
      ),
    },
    { key: "created", title: w.created, sort: "created_at", optional: true, cell: (set) => <Moment at={set.created_at} /> },
  ];
}

export function SelectorText({ selector }: { selector: string | null }) {
  if (selector === null) return <span className="aos-quiet aos-nowrap">{w.byHand}</span>;
  return <code className="aos-words aos-selector">{selector}</code>;
}
