import type { Organization } from "../organizations/queries";
import { ChoiceFilter, ClearFilters, TypedFilter } from "../parts/Filters";
import { words } from "../words/en";
import { ROLES } from "./roles";
import type { PeopleSearch } from "./search";

const w = words.people;

interface Props {
  search: PeopleSearch;
  organizations: ReadonlyMap<string, Organization> | undefined;
  onFilter: (change: PeopleSearch) => void;
}

/** The filters above the table of users. */
export function PeopleFilters({ search, organizations, onFilter }: Props) {
  return (
    <>
      <TypedFilter of="username" search={search} onSearch={onFilter} label={words.units.search} />
      <ChoiceFilter
        of="role"
        search={search}
        onSearch={onFilter}
        label={w.role}
        any={w.anyRole}
        options={ROLES.map((value) => ({ value, title: w.roles[value] ?? value }))}
      />
      <ChoiceFilter
        of="active"
        search={search}
        onSearch={onFilter}
        label={w.state}
        any={w.anyState}
        options={[
          { value: "yes", title: w.active },
          { value: "no", title: w.suspended },
        ]}
      />
      {organizations ? (
        <ChoiceFilter
          of="organization"
          search={search}
          onSearch={onFilter}
          label={w.organization}
          any={w.anyOrganization}
          options={[...organizations.values()].map((one) => ({ value: one.id, title: one.title }))}
        />
      ) : null}
      <ClearFilters search={search} onSearch={onFilter} />
    </>
  );
}
