import { Alert } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, got } from "../api/client";
import { Confirm } from "../parts/Confirm";
import { invitationAddress } from "../session/current";
import { words } from "../words/en";
import type { User } from "./queries";

const w = words.people;

/** A one-time invitation, shown once. */
export function Invite({ user, onClose }: { user: User; onClose: () => void }) {
  const invite = useMutation({
    mutationFn: () =>
      got(client.POST("/api/v11/users/{id}/invitations/", { params: { path: { id: user.id } }, body: { valid_hours: 72 } })),
  });
  return (
    <Confirm
      title={w.inviteTitle(user.username)}
      action={w.invite}
      busy={invite.isPending}
      disabled={invite.isSuccess}
      error={invite.error}
      onConfirm={() => invite.mutate()}
      onClose={onClose}
    >
      <p>{w.inviteHow}</p>
      {invite.data ? (
        <Alert variant="success" isInline title={w.inviteAddress}>
          <p className="aos-secret">{invitationAddress(invite.data.token)}</p>
          <p className="aos-above">{w.inviteToken}</p>
          <p className="aos-secret">{invite.data.token}</p>
        </Alert>
      ) : null}
    </Confirm>
  );
}

export function Activity({ user, active, onClose }: { user: User; active: boolean; onClose: () => void }) {
  const cache = useQueryClient();
  const path = { id: user.id };
  const change = useMutation({
    mutationFn: () =>
      active
        ? got(client.POST("/api/v11/users/{id}/activate/", { params: { path } }))
        : got(client.POST("/api/v11/users/{id}/suspend/", { params: { path } })),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: ["people"] }),
  });
  return (
    <Confirm
      title={active ? w.activate : w.suspend}
      action={active ? w.activate : w.suspend}
      danger={!active}
      busy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      <p className="aos-words">{active ? w.activateWill(user.username) : w.suspendWill(user.username)}</p>
    </Confirm>
  );
}
