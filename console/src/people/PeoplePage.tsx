import { Button, Label, PageSection } from "@patternfly/react-core";
import { ActionsColumn } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { organizationsByIdQuery, type Organization } from "../organizations/queries";
import { DataTable, type Column } from "../parts/DataTable";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { useListSearch } from "../parts/useListSearch";
import { meQuery, useMay } from "../session/me";
import { words } from "../words/en";
import { PeopleFilters } from "./PeopleFilters";
import { deedsFor, PersonDeedDialog, type PersonDeed } from "./PersonDeeds";
import { NewUser } from "./PersonDialogs";
import { peopleQuery, type User } from "./queries";
import { rolesOf } from "./roles";
import type { PeopleSearch } from "./search";

const route = getRouteApi("/people");
const w = words.people;

type Organizations = ReadonlyMap<string, Organization>;
const NO_ORGANIZATIONS: Organizations = new Map();

/** Users that one manages. */
export function PeoplePage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const { data: me } = useQuery(meQuery);
  const { data: organizations } = useQuery({ ...organizationsByIdQuery, enabled: may("organizations_list") });
  const [open, setOpen] = useState<{ deed: PersonDeed; user: User } | "new">();
  const people = useQuery({ ...peopleQuery(search), enabled: may("users_list") });
  const onFilter = useCallback((change: PeopleSearch) => onSearch({ ...change, page: undefined }), [onSearch]);
  if (!may("users_list")) return <NotAllowed />;
  const own = organizations?.get(me?.organization.id ?? "");
  const several = me?.role === "admin" ? (organizations ?? NO_ORGANIZATIONS) : undefined; // a column of its own from the first view on
  const create = may("users_create") ? <Button onClick={() => setOpen("new")}>{w.create}</Button> : null;
  const act = (deed: PersonDeed, user: User) => setOpen({ deed, user });
  return (
    <>
      <PageHead title={w.title} actions={create} />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="people"
          label={w.title}
          query={people}
          columns={peopleColumns(several, (user) => deedsFor(user, me?.id, may), act)}
          id={(user) => user.id}
          search={search}
          sort="username"
          onSearch={onSearch}
          filters={<PeopleFilters search={search} organizations={several} onFilter={onFilter} />}
          empty={<Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
      {open === "new" ? <NewUser roles={rolesOf(own?.kind)} onClose={() => setOpen(undefined)} /> : null}
      {open && open !== "new" ? (
        <PersonDeedDialog
          deed={open.deed}
          user={open.user}
          roles={rolesOf(organizations?.get(open.user.organization_id)?.kind)}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </>
  );
}

function peopleColumns(
  organizations: Organizations | undefined,
  deeds: (user: User) => [PersonDeed, string][],
  act: (deed: PersonDeed, user: User) => void,
): Column<User>[] {
  const columns: Column<User>[] = [
    {
      key: "name",
      title: w.name,
      sort: "username",
      cell: (user) => (
        <Link to="/people/$id" params={{ id: user.id }} className="aos-name" title={user.username}>
          {user.username}
        </Link>
      ),
    },
    { key: "role", title: w.role, sort: "role", cell: (user) => w.roles[user.role] ?? user.role },
    ...(organizations ? [organizationColumn(organizations)] : []),
    { key: "email", title: w.email, cell: (user) => <span className="aos-words">{user.email || "–"}</span> },
    { key: "state", title: w.state, cell: (user) => <UserState active={user.active} /> },
    { key: "created", title: w.created, sort: "created_at", cell: (user) => <Moment at={user.created_at} /> },
    {
      key: "actions",
      title: words.units.actions,
      cell: (user) => {
        const items = deeds(user).map(([deed, title]) => ({
          title,
          isDanger: deed === "suspend" || deed === "remove",
          onClick: () => act(deed, user),
        }));
        return items.length ? <ActionsColumn items={items} /> : null;
      },
    },
  ];
  return columns;
}

function organizationColumn(organizations: Organizations): Column<User> {
  return {
    key: "organization",
    title: w.organization,
    cell: (user) => (
      <Link to="/organizations/$id" params={{ id: user.organization_id }} className="aos-words">
        {organizations.get(user.organization_id)?.title ?? user.organization_id}
      </Link>
    ),
  };
}

/** Whether a user may come in. */
export function UserState({ active }: { active: boolean }) {
  return (
    <Label isCompact variant="outline" status={active ? "success" : "warning"}>
      {active ? w.active : w.suspended}
    </Label>
  );
}
