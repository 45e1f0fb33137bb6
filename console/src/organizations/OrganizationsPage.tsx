import { Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { NewOrganization } from "./OrganizationDialogs";
import { organizationsQuery, type Organization } from "./queries";
import { KINDS } from "./search";

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
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const [open, setOpen] = useState(false);
  const organizations = useQuery({ ...organizationsQuery(search), enabled: may("organizations_list") });
  return (
    <ListPage
      name="organizations"
      w={w}
      allowed={may("organizations_list")}
      query={organizations}
      columns={COLUMNS}
      search={search}
      onSearch={onSearch}
      onNew={may("organizations_create") ? () => setOpen(true) : undefined}
      filters={
        <>
          <ChoiceFilter
            of="kind"
            search={search}
            onSearch={onSearch}
            label={w.kind}
            any={w.anyKind}
            options={KINDS.map((value) => ({ value, title: w.kinds[value] ?? value }))}
          />
          <ChoiceFilter
            of="active"
            search={search}
            onSearch={onSearch}
            label={w.state}
            any={w.anyState}
            options={[
              { value: "yes", title: w.active },
              { value: "no", title: w.suspended },
            ]}
          />
        </>
      }
    >
      {open ? <NewOrganization onClose={() => setOpen(false)} /> : null}
    </ListPage>
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
