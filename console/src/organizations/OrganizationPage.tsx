import { Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { NotAllowed, Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { UserState } from "../people/PeoplePage";
import { NewUser } from "../people/PersonDialogs";
import { peopleQuery } from "../people/queries";
import { rolesOf } from "../people/roles";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Limit, Rename } from "./OrganizationDialogs";
import { OrganizationState } from "./OrganizationsPage";
import { boundQuery, BOUNDS, organizationQuery, type Bound, type Organization } from "./queries";

const route = getRouteApi("/organizations/$id");
const w = words.organizations;

/** One organization: what it is, how many Units it may have, and its users. */
export function OrganizationPage() {
  const { id } = route.useParams();
  const may = useMay();
  const organization = useQuery({ ...organizationQuery(id), enabled: may("organizations_read") });
  if (!may("organizations_read")) return <NotAllowed />;
  const title = organization.data?.title ?? words.states.loading;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/organizations" list={w.title} here={title} />}
        beside={organization.data ? <OrganizationState active={organization.data.active} /> : null}
        actions={organization.data ? <Actions organization={organization.data} /> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={organization} lines={8}>
          {(found) => (
            <div className="aos-stack">
              <Panel title={w.details}>
                <Facts
                  columns={3}
                  facts={[
                    [w.kind, w.kinds[found.kind]],
                    [w.created, <Moment key="created" at={found.created_at} />],
                    [w.id, <span key="id" className="aos-id">{found.id}</span>],
                  ]}
                />
              </Panel>
              {found.kind === "oem" ? (
                <div className="aos-columns">
                  <Limits bound="limits" organization={found} />
                  <Limits bound="riskBudget" organization={found} />
                </div>
              ) : null}
              {may("users_list") ? <Users organization={found} /> : null}
            </div>
          )}
        </Shown>
      </PageSection>
    </>
  );
}

type Open = "rename" | "suspend" | "activate" | "remove";

function Actions({ organization }: { organization: Organization }) {
  const may = useMay();
  const navigate = route.useNavigate();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const params = { path: { id: organization.id } };
  const ours = organization.kind === "platform";
  const deeds: [Open, string, boolean][] = [
    ["rename", w.rename, may("organizations_update")],
    ["suspend", w.suspend, !ours && organization.active && may("organizations_suspend")],
    ["activate", w.activate, !organization.active && may("organizations_activate")],
    ["remove", w.remove, !ours && may("organizations_delete")],
  ];
  return (
    <span className="aos-row">
      {deeds
        .filter(([, , allowed]) => allowed)
        .map(([deed, title]) => (
          <Button
            key={deed}
            variant="secondary"
            isDanger={deed === "suspend" || deed === "remove"}
            onClick={() => setOpen(deed)}
          >
            {title}
          </Button>
        ))}
      {open === "rename" ? <Rename organization={organization} onClose={close} /> : null}
      {open === "suspend" ? (
        <Deed
          title={w.suspend}
          action={w.suspend}
          danger
          will={w.suspendWill(organization.title)}
          run={() => got(client.POST("/api/v11/organizations/{id}/suspend/", { params }))}
          touches={["organizations"]}
          onClose={close}
        />
      ) : null}
      {open === "activate" ? (
        <Deed
          title={w.activate}
          action={w.activate}
          will={w.activateWill(organization.title)}
          run={() => got(client.POST("/api/v11/organizations/{id}/activate/", { params }))}
          touches={["organizations"]}
          onClose={close}
        />
      ) : null}
      {open === "remove" ? (
        <Deed
          title={w.remove}
          action={w.remove}
          danger
          will={w.removeWill(organization.title)}
          run={() => got(client.DELETE("/api/v11/organizations/{id}/", { params }))}
          touches={["organizations"]}
          onDone={() => void navigate({ to: "/organizations" })}
          onClose={close}
        />
      ) : null}
    </span>
  );
}

function Limits({ bound, organization }: { bound: Bound; organization: Organization }) {
  const may = useMay();
  const { operation } = BOUNDS[bound];
  const mayRead = may(`${operation}_read`);
  const limits = useQuery({ ...boundQuery(bound, organization.id), enabled: mayRead });
  const [open, setOpen] = useState(false);
  if (!mayRead) return null;
  return (
    <Panel
      title={w.bounds[bound].title}
      beside={
        limits.data && may(`${operation}_update`) ? (
          <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
            {w.bounds[bound].set}
          </Button>
        ) : null
      }
    >
      <Shown query={limits} lines={1}>
        {(found) => <p>{w.limitsOf(found.units, found.units_most)}</p>}
      </Shown>
      {open && limits.data ? <Limit bound={bound} limits={limits.data} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function Users({ organization }: { organization: Organization }) {
  const may = useMay();
  const users = useQuery(peopleQuery({ organization: organization.id }));
  const [open, setOpen] = useState(false);
  const first = users.data?.total === 0;
  return (
    <Panel
      title={w.users}
      beside={
        may("users_create") ? (
          <Button variant={first ? "primary" : "secondary"} size="sm" onClick={() => setOpen(true)}>
            {first ? w.firstUser : words.people.create}
          </Button>
        ) : null
      }
    >
      <Shown query={users} lines={2}>
        {(page) => (
          <SmallTable
            label={w.users}
            rows={page.items}
            id={(user) => user.id}
            none={w.usersNone}
            columns={[
              {
                title: words.people.name,
                cell: (user) => (
                  <Link to="/people/$id" params={{ id: user.id }} className="aos-name">
                    {user.username}
                  </Link>
                ),
              },
              { title: words.people.role, cell: (user) => words.people.roles[user.role] ?? user.role },
              { title: words.people.state, cell: (user) => <UserState active={user.active} /> },
              { title: words.people.created, cell: (user) => <Moment at={user.created_at} /> },
            ]}
          />
        )}
      </Shown>
      {open ? (
        <NewUser roles={rolesOf(organization.kind)} organization={organization.id} onClose={() => setOpen(false)} />
      ) : null}
    </Panel>
  );
}
