import { Button, PageSection } from "@patternfly/react-core";
import { ActionsColumn } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, got } from "../api/client";
import { organizationsByIdQuery } from "../organizations/queries";
import { DataTable, type Column } from "../parts/DataTable";
import { Deed } from "../parts/Deed";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Secret } from "../parts/Secret";
import { Empty, NotAllowed } from "../parts/states";
import { useListSearch } from "../parts/useListSearch";
import { meQuery, useMay } from "../session/me";
import { words } from "../words/en";
import { GrantDialog } from "./GrantDialog";
import { grantsQuery, servicesQuery, type Grant } from "./queries";

const route = getRouteApi("/grants");
const w = words.grants;

type Open = { kind: "new" } | { kind: "change" | "remove"; grant: Grant };

/** What OEMs let Service Providers do. */
export function GrantsPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const { data: me } = useQuery(meQuery);
  const [open, setOpen] = useState<Open>();
  const grants = useQuery({ ...grantsQuery(search), enabled: may("grants_list") });
  const { data: titles } = useQuery({ ...organizationsByIdQuery, enabled: may("organizations_list") });
  const { data: services } = useQuery({ ...servicesQuery, enabled: may("items_list") });
  if (!may("grants_list")) return <NotAllowed />;
  const title = (id: string) => titles?.get(id)?.title ?? id;
  const close = () => setOpen(undefined);
  const theirs = me?.service_provider;
  return (
    <>
      <PageHead
        title={w.title}
        actions={may("grants_create") ? <Button onClick={() => setOpen({ kind: "new" })}>{w.create}</Button> : null}
      >
        <p className="aos-quiet">{w.how}</p>
      </PageHead>
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="grants"
          label={w.title}
          query={grants}
          columns={[
            ...partyColumns(title, me?.oem ? "oem" : theirs ? "provider" : undefined),
            ...termColumns((id) => services?.get(id)?.codename ?? id),
            ...(may("grants_update") ? [actions(setOpen)] : []),
          ]}
          id={(grant) => `${grant.oem_id} ${grant.service_provider_id}`}
          search={search}
          sort="-created_at"
          onSearch={onSearch}
          empty={
            <Empty title={w.none}>
              {theirs ? (
                <>
                  <p>{w.noneTheirs}</p>
                  <Secret label={w.yourId} value={theirs.id} />
                </>
              ) : (
                w.noneHow
              )}
            </Empty>
          }
        />
      </PageSection>
      {open?.kind === "new" ? <GrantDialog onClose={close} /> : null}
      {open?.kind === "change" ? (
        <GrantDialog grant={open.grant} title={title(open.grant.service_provider_id)} onClose={close} />
      ) : null}
      {open?.kind === "remove" ? (
        <Remove grant={open.grant} title={title(open.grant.service_provider_id)} onClose={close} />
      ) : null}
    </>
  );
}

/** Who gave it and who has it, but for oneself. */
function partyColumns(title: (id: string) => string, own: "oem" | "provider" | undefined): Column<Grant>[] {
  const organization = (id: string) => (
    <Link to="/organizations/$id" params={{ id }} className="aos-words">
      {title(id)}
    </Link>
  );
  const columns: Column<Grant>[] = [
    { key: "oem", title: w.oem, cell: (grant) => organization(grant.oem_id) },
    { key: "provider", title: w.provider, cell: (grant) => organization(grant.service_provider_id) },
  ];
  return columns.filter((column) => column.key !== own);
}

function termColumns(service: (id: string) => string): Column<Grant>[] {
  return [
    {
      key: "services",
      title: w.services,
      cell: (grant) => <span className="aos-words">{servicesWords(grant.services, service)}</span>,
    },
    { key: "sees", title: w.sees, cell: (grant) => (grant.sees.map((sight) => w.sights[sight]).join(", ") || w.seesNothing) },
    { key: "created", title: w.created, sort: "created_at", cell: (grant) => <Moment at={grant.created_at} /> },
  ];
}

function servicesWords(services: string[] | null, service: (id: string) => string): string {
  if (services === null) return w.every;
  return services.length ? services.map(service).join(", ") : w.noServices;
}

function actions(open: (open: Open) => void): Column<Grant> {
  return {
    key: "actions",
    title: words.units.actions,
    cell: (grant) => (
      <ActionsColumn
        items={[
          { title: w.change, onClick: () => open({ kind: "change", grant }) },
          { title: w.remove, isDanger: true, onClick: () => open({ kind: "remove", grant }) },
        ]}
      />
    ),
  };
}

function Remove({ grant, title, onClose }: { grant: Grant; title: string; onClose: () => void }) {
  const params = { path: { id: grant.service_provider_id } };
  return (
    <Deed
      title={w.remove}
      action={w.remove}
      danger
      will={w.removeWill(title)}
      run={() => got(client.DELETE("/api/v11/grants/{id}/", { params }))}
      touches={["grants", "organizations", "items"]}
      onClose={onClose}
    />
  );
}
