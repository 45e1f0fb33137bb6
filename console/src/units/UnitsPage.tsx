import { PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { DataTable } from "../parts/DataTable";
import { PageHead } from "../parts/PageHead";
import { NotAllowed } from "../parts/states";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { BulkActions } from "./BulkActions";
import { unitColumns } from "./columns";
import { NoUnits } from "./NoUnits";
import { unitsQuery, type Unit } from "./queries";
import { SavedViews } from "./SavedViews";
import type { UnitsSearch } from "./search";
import { UnitFilters } from "./UnitFilters";

const route = getRouteApi("/units");

/** All Units that one sees: the address has the filters, so that a view can be shared. */
export function UnitsPage() {
  const navigate = route.useNavigate();
  const [search, onSearch] = useListSearch(route.useSearch(), navigate);
  const may = useMay();
  const units = useQuery({ ...unitsQuery(search), enabled: may("units_list") });
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const [chosen, setChosen] = useState<ReadonlyMap<string, Unit>>(new Map());
  const columns = useMemo(() => unitColumns(fleets.data), [fleets.data]);
  const onFilter = useCallback((change: UnitsSearch) => onSearch({ ...change, page: undefined }), [onSearch]);
  const choose = (ids: ReadonlySet<string>) => {
    const known = new Map([...chosen, ...(units.data?.items ?? []).map((unit): [string, Unit] => [unit.id, unit])]);
    setChosen(new Map([...ids].flatMap((id) => (known.has(id) ? [[id, known.get(id) as Unit]] : []))));
  };
  if (!may("units_list")) return <NotAllowed />;
  return (
    <>
      <PageHead title={words.units.title} />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="units"
          label={words.units.title}
          query={units}
          columns={columns}
          id={(unit) => unit.id}
          search={search}
          sort="system_uid"
          onSearch={onSearch}
          selection={{ ids: new Set(chosen.keys()), set: choose, name: (unit) => unit.system_uid }}
          filters={<UnitFilters search={search} fleets={fleets.data} onFilter={onFilter} />}
          actions={
            <>
              <SavedViews search={search} onView={(view) => void navigate({ search: view })} />
              <BulkActions units={[...chosen.values()]} fleets={fleets.data} onDone={() => setChosen(new Map())} />
            </>
          }
          empty={<NoUnits onClear={() => void navigate({ search: {} })} filtered={filtered(search)} />}
        />
      </PageSection>
    </>
  );
}

function filtered(search: UnitsSearch): boolean {
  return [search.name, search.fleet, search.deployment, search.online, search.lifecycle, search.selector, search.clone].some(Boolean);
}
