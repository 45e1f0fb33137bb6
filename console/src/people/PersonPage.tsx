import { Alert, Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { AuditLines } from "../audit/AuditLines";
import { auditByQuery } from "../audit/queries";
import { fleetsByIdQuery } from "../fleets/queries";
import { organizationsByIdQuery } from "../organizations/queries";
import { Facts } from "../parts/Facts";
import { operationWords } from "../parts/format";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { NotAllowed, Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { May } from "../session/May";
import { meQuery, useMay } from "../session/me";
import { Tokens } from "../tokens/Tokens";
import { words } from "../words/en";
import { Invitations, PasskeysOf, SessionsOf, UserCertificates } from "./PersonParts";
import { UserState } from "./PeoplePage";
import { deedsFor, PersonDeedDialog, type PersonDeed } from "./PersonDeeds";
import { personQuery, type User } from "./queries";
import { rolesOf } from "./roles";

const route = getRouteApi("/people/$id");
const w = words.people;

/** One user: who they are, what lets them in, and what they did. */
export function PersonPage() {
  const { id } = route.useParams();
  const may = useMay();
  const person = useQuery({ ...personQuery(id), enabled: may("users_read") });
  if (!may("users_read")) return <NotAllowed />;
  const name = person.data?.username ?? words.states.loading;
  return (
    <>
      <PageHead
        title={name}
        above={<WayBack to="/people" list={w.title} here={name} />}
        beside={person.data ? <UserState active={person.data.active} /> : null}
        actions={person.data ? <Actions user={person.data} /> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={person} lines={12}>
          {(user) => <Whole user={user} />}
        </Shown>
      </PageSection>
    </>
  );
}

function Actions({ user }: { user: User }) {
  const may = useMay();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(meQuery);
  const { data: organizations } = useQuery({ ...organizationsByIdQuery, enabled: may("organizations_list") });
  const [open, setOpen] = useState<PersonDeed>();
  return (
    <span className="aos-row">
      {deedsFor(user, me?.id, may).map(([deed, title]) => (
        <Button
          key={deed}
          variant={deed === "invite" ? "primary" : "secondary"}
          isDanger={deed === "suspend" || deed === "remove"}
          onClick={() => setOpen(deed)}
        >
          {title}
        </Button>
      ))}
      {open ? (
        <PersonDeedDialog
          deed={open}
          user={user}
          roles={rolesOf(organizations?.get(user.organization_id)?.kind)}
          onRemoved={() => void navigate({ to: "/people" })}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </span>
  );
}

function Whole({ user }: { user: User }) {
  const may = useMay();
  const { data: me } = useQuery(meQuery);
  return (
    <div className="aos-stack">
      {user.id === me?.id ? (
        <Alert variant="info" isInline title={w.yours} actionLinks={<Link to="/account">{w.yoursGo}</Link>}>
          {w.yoursHow}
        </Alert>
      ) : null}
      <Details user={user} />
      <Panel title={w.may}>
        <May operations={user.effective_permissions} role={user.role} />
      </Panel>
      {may("user_certificates_list") ? <UserCertificates user={user} /> : null}
      {may("passkeys_list") ? <PasskeysOf user={user} /> : null}
      {may("sessions_list") ? <SessionsOf user={user} /> : null}
      {may("invitations_list") ? <Invitations user={user} /> : null}
      {may("api_tokens_list") ? (
        <Panel title={words.tokens.title}>
          <Tokens user={user.id} />
        </Panel>
      ) : null}
      {may("audit_list") && user.organization_id === me?.organization.id ? <Deeds user={user} /> : null}
    </div>
  );
}

function Details({ user }: { user: User }) {
  const may = useMay();
  const { data: organizations } = useQuery({ ...organizationsByIdQuery, enabled: may("organizations_list") });
  const { data: fleets } = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  return (
    <Panel title={w.details}>
      <Facts
        columns={3}
        facts={[
          [w.role, w.roles[user.role] ?? user.role],
          [w.organization, organizations?.get(user.organization_id)?.title ?? user.organization_id],
          [w.email, user.email],
          [w.fleets, user.fleet_ids.map((id) => fleets?.get(id) ?? id).join(", ")],
          [w.groups, user.permission_groups.map((group) => w.groupNames[group] ?? group).join(", ")],
          [w.permissions, user.permissions.map(operationWords).join(", ")],
          [w.created, <Moment key="created" at={user.created_at} />],
          [w.id, <span key="id" className="aos-id">{user.id}</span>],
        ]}
      />
    </Panel>
  );
}

function Deeds({ user }: { user: User }) {
  const lines = useQuery(auditByQuery(user.username));
  return (
    <Panel
      title={w.timeline}
      beside={
        <Link to="/audit" search={{ who: user.username }}>
          {words.overview.all}
        </Link>
      }
    >
      <Shown query={lines} lines={4}>
        {(page) => <AuditLines lines={page.items} none={w.timelineNone} />}
      </Shown>
    </Panel>
  );
}
