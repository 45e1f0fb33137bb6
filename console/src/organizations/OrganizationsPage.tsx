import { Button, Label, PageSection, ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Choice } from "../parts/Choice";
import { DataTable, type Column } from "../parts/DataTable";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { Typed } from "../parts/Typed";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { NewOrganization } from "./OrganizationDialogs";
import { organizationsQuery, type Organization } from "./queries";
import { KINDS, type OrganizationsSearch } from "./search";

const route = getRouteApi("/organizations");
const w = words.organizations;

const COLUMNS: Column<Organization>[] = [
  {
    key: "title",
    title: w.name,
    sort: "title",
    cell: (one) => (
      <Link to="/organizations/$id" params={{ id: one.id }} className="aos-name" title={one.title}>
        {one.title}
      </Link>
    ),
  },
  { key: "kind", title: w.kind, sort: "kind", cell: (one) => w.kinds[one.kind] },
  { key: "state", title: w.state, cell: (one) => <OrganizationState active={one.active} /> },
  { key: "created", title: w.created, sort: "created_at", cell: (one) => <Moment at={one.created_at} /> },
  { key: "id", title: w.id, optional: true, cell: (one) => <span className="aos-id">{one.id}</span> },
];

/** Organizations that one may know of; an Admin makes and keeps them. */
export function OrganizationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const organizations = useQuery({ ...organizationsQuery(search), enabled: may("organizations_list") });
  const onSearch = useCallback(
    (change: OrganizationsSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  const onFilter = useCallback((change: OrganizationsSearch) => onSearch({ ...change, page: undefined }), [onSearch]);
  if (!may("organizations_list")) return <NotAllowed />;
  return (
    <>
      <PageHead
        title={w.title}
        actions={may("organizations_create") ? <Button onClick={() => setOpen(true)}>{w.create}</Button> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="organizations"
          label={w.title}
          query={organizations}
          columns={COLUMNS}
          id={(one) => one.id}
          search={search}
          sort="title"
          onSearch={onSearch}
          filters={<Filters search={search} onFilter={onFilter} />}
          empty={<Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
      {open ? <NewOrganization onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Filters({ search, onFilter }: { search: OrganizationsSearch; onFilter: (change: OrganizationsSearch) => void }) {
  const onTitle = useCallback((title: string | undefined) => onFilter({ title }), [onFilter]);
  return (
    <>
      <ToolbarItem>
        <Typed label={w.titleIs} value={search.title} onType={onTitle} />
      </ToolbarItem>
      <ToolbarItem>
        <Choice
          label={w.kind}
          any={w.anyKind}
          value={search.kind}
          options={KINDS.map((value) => ({ value, title: w.kinds[value] ?? value }))}
          onChoose={(kind) => onFilter({ kind })}
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
      {(search.title ?? search.kind ?? search.active) ? (
        <ToolbarItem>
          <Button variant="link" onClick={() => onFilter({ title: undefined, kind: undefined, active: undefined })}>
            {words.table.clear}
          </Button>
        </ToolbarItem>
      ) : null}
    </>
  );
}

/** Whether the users of an organization may come in. */
export function OrganizationState({ active }: { active: boolean }) {
  return (
    <Label isCompact variant="outline" status={active ? "success" : "warning"}>
      {active ? w.active : w.suspended}
    </Label>
  );
}
