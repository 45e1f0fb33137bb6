import { PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { operationWords } from "../parts/format";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { Shown } from "../parts/states";
import { Tokens } from "../tokens/Tokens";
import { TokensPanel } from "../tokens/TokensPanel";
import { words } from "../words/en";
import { May } from "./May";
import { meQuery, useMay, type Me } from "./me";
import { OwnPasskeys } from "./OwnPasskeys";
import { OwnSessions } from "./OwnSessions";

const w = words.account;

/** Oneself: how one comes in, where one is signed in, and what one may do. */
export function AccountPage() {
  const me = useQuery(meQuery);
  return (
    <>
      <PageHead title={w.title} />
      <PageSection hasBodyWrapper={false}>
        <Shown query={me}>{(found) => <Whole me={found} />}</Shown>
      </PageSection>
    </>
  );
}

function Whole({ me }: { me: Me }) {
  const may = useMay();
  return (
    <div className="aos-stack">
      <You me={me} />
      <OwnPasskeys />
      <OwnSessions />
      {may("api_tokens_create") ? <TokensPanel user={me.id} /> : null}
      {!may("api_tokens_create") && may("api_tokens_list") ? (
        <Panel title={words.tokens.title}>
          <Tokens user={me.id} />
        </Panel>
      ) : null}
      <Panel title={w.may}>
        <May operations={me.effective_permissions} role={me.role} />
      </Panel>
    </div>
  );
}

function You({ me }: { me: Me }) {
  const session = me.session;
  return (
    <Panel title={w.you}>
      <Facts
        columns={3}
        facts={[
          [words.people.name, me.username],
          [w.role, words.people.roles[me.role] ?? me.role],
          [w.organization, <Organization key="org" me={me} />],
          [w.email, me.email],
          [w.fleets, me.role === "fleet owner" ? me.fleets?.map((fleet) => fleet.title).join(", ") : ""],
          [w.groups, me.permission_groups.map((group) => words.people.groupNames[group] ?? operationWords(group)).join(", ")],
          [w.signedInBy, w.ways[session?.how ?? me.signed_in_by]],
          [w.ends, session ? <SessionEnd key="end" session={session} /> : w.noSession],
        ]}
      />
    </Panel>
  );
}

function Organization({ me }: { me: Me }) {
  return (
    <>
      {me.organization.title} <span className="aos-quiet aos-id">{me.organization.id}</span>
    </>
  );
}

function SessionEnd({ session }: { session: NonNullable<Me["session"]> }) {
  return (
    <>
      <Moment at={session.expires_at} />, {w.endsIdle} <Moment at={session.idle_expires_at} ago />
    </>
  );
}
