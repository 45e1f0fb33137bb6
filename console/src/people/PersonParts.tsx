import { Button, Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { deviceWords } from "../session/device";
import { useMay } from "../session/me";
import { passkeysOfQuery, sessionsOfQuery, type Passkey, type WebSession } from "../session/queries";
import { Sessions } from "../session/Sessions";
import { words } from "../words/en";
import { invitationsQuery, userCertificatesQuery, type Invitation, type User, type UserCertificate } from "./queries";

const w = words.people;

function Revoke({ words: said, of, onClick }: { words: string; of: string; onClick: () => void }) {
  return (
    <Button variant="link" isInline isDanger onClick={onClick} aria-label={`${said} ${of}`}>
      {said}
    </Button>
  );
}

export function UserCertificates({ user }: { user: User }) {
  const may = useMay();
  const certificates = useQuery(userCertificatesQuery(user.id));
  const [leaving, setLeaving] = useState<UserCertificate>();
  const columns = [
    { title: w.serial, cell: (one: UserCertificate) => <span className="aos-id" title={one.fingerprint}>{one.serial}</span> },
    {
      title: w.state,
      cell: (one: UserCertificate) => (
        <Label isCompact variant="outline" status={one.state === "active" ? "success" : undefined}>
          {w.certificateState[one.state] ?? one.state}
        </Label>
      ),
    },
    { title: w.ends, cell: (one: UserCertificate) => <Moment at={one.not_after} /> },
    { title: w.created, cell: (one: UserCertificate) => <Moment at={one.created_at} /> },
  ];
  const revoke = {
    title: words.units.actions,
    cell: (one: UserCertificate) =>
      one.state === "revoked" ? null : <Revoke words={w.revoke} of={one.serial} onClick={() => setLeaving(one)} />,
  };
  return (
    <Panel title={w.certificates}>
      <Shown query={certificates} lines={2}>
        {(page) => (
          <SmallTable
            label={w.certificates}
            rows={page.items}
            id={(one) => one.serial}
            none={w.certificatesNone}
            columns={may("user_certificates_revoke") ? [...columns, revoke] : columns}
          />
        )}
      </Shown>
      {leaving ? (
        <Deed
          title={w.revokeCertificate}
          action={w.revoke}
          danger
          will={w.revokeCertificateWill(leaving.serial, user.username)}
          run={() => got(client.DELETE("/api/v11/user-certificates/{id}/", { params: { path: { id: leaving.serial } } }))}
          touches={["user-certificates", "sessions", "me"]}
          onClose={() => setLeaving(undefined)}
        />
      ) : null}
    </Panel>
  );
}

export function PasskeysOf({ user }: { user: User }) {
  const may = useMay();
  const passkeys = useQuery(passkeysOfQuery(user.id));
  const [leaving, setLeaving] = useState<Passkey>();
  const columns = [
    { title: words.account.passkey, cell: (one: Passkey) => <span className="aos-words">{one.title}</span> },
    { title: words.account.lastUsed, cell: (one: Passkey) => <Moment at={one.last_used_at} ago /> },
    { title: w.created, cell: (one: Passkey) => <Moment at={one.created_at} /> },
  ];
  const remove = {
    title: words.units.actions,
    cell: (one: Passkey) => <Revoke words={w.remove} of={one.title} onClick={() => setLeaving(one)} />,
  };
  return (
    <Panel title={w.passkeys}>
      <Shown query={passkeys} lines={2}>
        {(page) => (
          <SmallTable
            label={w.passkeys}
            rows={page.items}
            id={(one) => one.id}
            none={w.passkeysNone}
            columns={may("passkeys_delete") ? [...columns, remove] : columns}
          />
        )}
      </Shown>
      {leaving ? (
        <Deed
          title={w.removePasskey}
          action={w.remove}
          danger
          will={w.removePasskeyWill(leaving.title, user.username)}
          run={() => got(client.DELETE("/api/v11/passkeys/{id}/", { params: { path: { id: leaving.id } } }))}
          touches={["passkeys", "sessions", "me"]}
          onClose={() => setLeaving(undefined)}
        />
      ) : null}
    </Panel>
  );
}

export function SessionsOf({ user }: { user: User }) {
  const may = useMay();
  const sessions = useQuery(sessionsOfQuery(user.id));
  const [ending, setEnding] = useState<WebSession>();
  return (
    <Panel title={w.sessions}>
      <Shown query={sessions} lines={2}>
        {(page) => (
          <Sessions rows={page.items} none={w.sessionsNone} onEnd={may("sessions_revoke") ? setEnding : undefined} />
        )}
      </Shown>
      {ending ? (
        <Deed
          title={w.endSessionTitle}
          action={w.endSession}
          danger
          will={w.endSessionWill(deviceWords(ending.device), user.username)}
          run={() => got(client.DELETE("/api/v11/sessions/{id}/", { params: { path: { id: ending.id } } }))}
          touches={["sessions", "me"]}
          onClose={() => setEnding(undefined)}
        />
      ) : null}
    </Panel>
  );
}

export function Invitations({ user }: { user: User }) {
  const may = useMay();
  const invitations = useQuery(invitationsQuery(user.id));
  const [leaving, setLeaving] = useState<Invitation>();
  const columns = [
    {
      title: w.state,
      cell: (one: Invitation) => (
        <Label isCompact variant="outline" status={one.state === "open" ? "info" : undefined}>
          {w.invitationState[one.state] ?? one.state}
        </Label>
      ),
    },
    { title: w.role, cell: (one: Invitation) => w.roles[one.role] ?? one.role },
    { title: w.created, cell: (one: Invitation) => <Moment at={one.created_at} /> },
    { title: w.until, cell: (one: Invitation) => <Moment at={one.expires_at} /> },
  ];
  const withdraw = {
    title: words.units.actions,
    cell: (one: Invitation) =>
      one.state === "open" ? <Revoke words={w.withdraw} of={w.invitationState.open ?? ""} onClick={() => setLeaving(one)} /> : null,
  };
  return (
    <Panel title={w.invitations}>
      <Shown query={invitations} lines={2}>
        {(page) => (
          <SmallTable
            label={w.invitations}
            rows={page.items}
            id={(one) => one.id}
            none={w.invitationsNone}
            columns={may("invitations_delete") ? [...columns, withdraw] : columns}
          />
        )}
      </Shown>
      {leaving ? (
        <Deed
          title={w.withdrawTitle}
          action={w.withdraw}
          danger
          will={w.withdrawWill(user.username)}
          run={() => got(client.DELETE("/api/v11/invitations/{id}/", { params: { path: { id: leaving.id } } }))}
          touches={["invitations"]}
          onClose={() => setLeaving(undefined)}
        />
      ) : null}
    </Panel>
  );
}
