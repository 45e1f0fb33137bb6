import { ChoiceFilter, ClearFilters, TypedFilter } from "../parts/Filters";
import { CONNECTIVITIES, DEPLOYMENTS } from "../parts/standings";
import { words } from "../words/en";
import { LIFECYCLES, type UnitsSearch } from "./search";

interface Props {
  search: UnitsSearch;
  fleets: ReadonlyMap<string, string> | undefined;
  onFilter: (change: UnitsSearch) => void;
}

/** The filters above the table of Units. */
export function UnitFilters({ search, fleets, onFilter }: Props) {
  const any = words.units.any;
  return (
    <>
      <TypedFilter of="name" search={search} onSearch={onFilter} label={words.units.search} />
      <ChoiceFilter
        of="deployment"
        search={search}
        onSearch={onFilter}
        label={words.units.deployment}
        any={any}
        options={DEPLOYMENTS.map((value) => ({ value, title: words.deployment[value] }))}
      />
      <ChoiceFilter
        of="online"
        search={search}
        onSearch={onFilter}
        label={words.units.connection}
        any={any}
        options={CONNECTIVITIES.map((value) => ({ value, title: words.connectivity[value] }))}
      />
      <ChoiceFilter
        of="lifecycle"
        search={search}
        onSearch={onFilter}
        label={words.units.lifecycle}
        any={any}
        options={LIFECYCLES.map((value) => ({ value, title: words.lifecycle[value] }))}
      />
      {fleets ? (
        <ChoiceFilter
          of="fleet"
          search={search}
          onSearch={onFilter}
          label={words.units.fleet}
          any={any}
          options={[...fleets].map(([value, title]) => ({ value, title }))}
        />
      ) : null}
      <TypedFilter
        of="selector"
        search={search}
        onSearch={onFilter}
        label={words.units.selector}
        placeholder={`${words.units.selector}: ${words.units.selectorExample}`}
      />
      <ClearFilters search={search} onSearch={onFilter} />
    </>
  );
}
