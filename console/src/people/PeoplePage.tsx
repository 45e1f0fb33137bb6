import { Label, PageSection } from "@patternfly/react-core";
import { ActionsColumn } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { DataTable, type Column } from "../parts/DataTable";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Activity, Invite } from "./PersonDialogs";
import { peopleQuery, type User } from "./queries";
import type { PeopleSearch } from "./search";

const route = getRouteApi("/people");
const w = words.people;

type Open = { kind: "invite" | "suspend" | "activate"; user: User };

/** Users that one manages. */
export function PeoplePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const people = useQuery({ ...peopleQuery(search), enabled: may("users_list") });
  const onSearch = useCallback(
    (change: PeopleSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  const invite = may("invitations_create");
  const suspend = may("users_suspend") && may("users_activate");
  const columns = useMemo(() => peopleColumns(invite, suspend, setOpen), [invite, suspend]);
  if (!may("users_list")) return <NotAllowed />;
  return (
    <>
      <PageHead title={w.title} />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="people"
          label={w.title}
          query={people}
          columns={columns}
          id={(user) => user.id}
          search={search}
          sort="username"
          onSearch={onSearch}
          empty={<Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
      {open?.kind === "invite" ? <Invite user={open.user} onClose={() => setOpen(undefined)} /> : null}
      {open && open.kind !== "invite" ? (
        <Activity user={open.user} active={open.kind === "activate"} onClose={() => setOpen(undefined)} />
      ) : null}
    </>
  );
}

function peopleColumns(invite: boolean, suspend: boolean, open: (open: Open) => void): Column<User>[] {
  const columns: Column<User>[] = [
    {
      key: "name",
      title: w.name,
      sort: "username",
      cell: (user) => (
        <span className="aos-name" title={user.username}>
          {user.username}
        </span>
      ),
    },
    { key: "role", title: w.role, sort: "role", cell: (user) => user.role },
    { key: "email", title: w.email, cell: (user) => <span className="aos-words">{user.email || "–"}</span> },
    {
      key: "state",
      title: w.state,
      cell: (user) => (
        <Label isCompact variant="outline" status={user.active ? "success" : "warning"}>
          {user.active ? w.active : w.suspended}
        </Label>
      ),
    },
    { key: "created", title: w.created, sort: "created_at", cell: (user) => <Moment at={user.created_at} /> },
  ];
  if (!invite && !suspend) return columns;
  const actions = (user: User) => [
    ...(invite ? [{ title: w.invite, onClick: () => open({ kind: "invite", user }) }] : []),
    ...(suspend && user.active ? [{ title: w.suspend, isDanger: true, onClick: () => open({ kind: "suspend", user }) }] : []),
    ...(suspend && !user.active ? [{ title: w.activate, onClick: () => open({ kind: "activate", user }) }] : []),
  ];
  return [
    ...columns,
    { key: "actions", title: words.units.actions, cell: (user) => <ActionsColumn items={actions(user)} /> },
  ];
}
