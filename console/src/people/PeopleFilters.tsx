import { Button, ToolbarItem } from "@patternfly/react-core";
import { useCallback } from "react";
import type { Organization } from "../organizations/queries";
import { Choice } from "../parts/Choice";
import { Typed } from "../parts/Typed";
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
  const onName = useCallback((username: string | undefined) => onFilter({ username }), [onFilter]);
  const used = search.username ?? search.role ?? search.active ?? search.organization;
  return (
    <>
      <ToolbarItem>
        <Typed label={words.units.search} value={search.username} onType={onName} />
      </ToolbarItem>
      <ToolbarItem>
        <Choice
          label={w.role}
          any={w.anyRole}
          value={search.role}
          options={ROLES.map((value) => ({ value, title: w.roles[value] ?? value }))}
          onChoose={(role) => onFilter({ role })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <Choice
          label={w.state}
          any={w.anyState}
          value={search.active}
          options={[
            { value: "yes", title: w.active },
            { value: "no", title: w.suspended },
          ]}
          onChoose={(active) => onFilter({ active })}
        />
      </ToolbarItem>
      {organizations ? (
        <ToolbarItem>
          <Choice
            label={w.organization}
            any={w.anyOrganization}
            value={search.organization}
            options={[...organizations.values()].map((one) => ({ value: one.id, title: one.title }))}
            onChoose={(organization) => onFilter({ organization })}
          />
        </ToolbarItem>
      ) : null}
      {used ? (
        <ToolbarItem>
          <Button
            variant="link"
            onClick={() => onFilter({ username: undefined, role: undefined, active: undefined, organization: undefined })}
          >
            {words.table.clear}
          </Button>
        </ToolbarItem>
      ) : null}
    </>
  );
}
