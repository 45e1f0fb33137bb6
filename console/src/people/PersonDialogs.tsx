import { Alert, Form, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got, type Schemas } from "../api/client";
import { Confirm } from "../parts/Confirm";
import { Hint } from "../parts/Hint";
import { Secret } from "../parts/Secret";
import { invitationAddress } from "../session/current";
import { words } from "../words/en";
import { inviteUser, type User } from "./queries";
import type { Role } from "./roles";
import { bodyOf, whole, type Shape } from "./shape";
import { ShapeFields } from "./ShapeFields";

const w = words.people;
const HOURS = "168";

/** A one-time invitation, shown once. */
export function Invite({ user, onClose }: { user: User; onClose: () => void }) {
  const cache = useQueryClient();
  const [hours, setHours] = useState(HOURS);
  const invite = useMutation({
    mutationFn: () => inviteUser(user.id, Number(hours)),
    onSettled: () => cache.invalidateQueries({ queryKey: ["invitations"] }),
  });
  return (
    <Confirm
      title={w.inviteTitle(user.username)}
      action={w.invite}
      busy={invite.isPending}
      done={invite.isSuccess}
      error={invite.error}
      onConfirm={() => invite.mutate()}
      onClose={onClose}
    >
      {invite.data ? (
        <Invited token={invite.data.token} />
      ) : (
        <>
          <p className="aos-words">{w.inviteWill(user.username)}</p>
          <Hours hours={hours} onHours={setHours} />
        </>
      )}
    </Confirm>
  );
}

function Hours({ hours, onHours }: { hours: string; onHours: (hours: string) => void }) {
  return (
    <FormGroup label={w.hours} fieldId="invite-hours">
      <FormSelect id="invite-hours" value={hours} onChange={(_event, chosen) => onHours(chosen)}>
        {Object.entries(w.hoursOf).map(([value, label]) => (
          <FormSelectOption key={value} value={value} label={label} />
        ))}
      </FormSelect>
    </FormGroup>
  );
}

function Invited({ token }: { token: string }) {
  return (
    <Alert variant="success" isInline title={w.inviteHow}>
      <div className="aos-stack">
        <Secret label={w.inviteAddress} value={invitationAddress(token)} />
        <Secret label={w.inviteToken} value={token} />
      </div>
    </Alert>
  );
}

interface NewProps {
  roles: Role[];
  /** Where an Admin makes it; otherwise it is of one's own organization. */
  organization?: string;
  onClose: () => void;
}

/** A new user and their way in, in one. */
export function NewUser({ roles, organization, onClose }: NewProps) {
  const cache = useQueryClient();
  const [username, setUsername] = useState("");
  const [hours, setHours] = useState(HOURS);
  const [shape, setShape] = useState<Shape>(() => emptyShape(roles));
  const [made, setMade] = useState<User>();
  const create = useMutation({
    mutationFn: async () => {
      const body: Schemas["NewUserBody"] = { ...bodyOf(shape), username: username.trim(), organization_id: organization ?? null };
      const user = made ?? (await got(client.POST("/api/v11/users/", { body })));
      setMade(user); // when the invitation fails, the user is there already
      return inviteUser(user.id, Number(hours));
    },
    onSettled: () => ["people", "invitations", "organizations"].forEach((noun) => void cache.invalidateQueries({ queryKey: [noun] })),
  });
  const ready = username.trim() !== "" && whole(shape);
  return (
    <Confirm
      title={create.isSuccess ? w.inviteTitle(username) : w.create}
      action={w.createGo}
      busy={create.isPending}
      disabled={!ready}
      done={create.isSuccess}
      error={create.error}
      onConfirm={() => create.mutate()}
      onClose={onClose}
    >
      {create.data ? (
        <Invited token={create.data.token} />
      ) : (
        <Form>
          <FormGroup label={w.name} fieldId="user-name" isRequired>
            <TextInput id="user-name" value={username} onChange={(_event, typed) => setUsername(typed)} isRequired autoFocus autoComplete="off" />
            <Hint>{w.nameHow}</Hint>
          </FormGroup>
          <ShapeFields shape={shape} roles={roles} onShape={(change) => setShape((old) => ({ ...old, ...change }))} />
          <Hours hours={hours} onHours={setHours} />
        </Form>
      )}
    </Confirm>
  );
}

function emptyShape(roles: Role[]): Shape {
  return { role: roles[0] ?? "auditor", email: "", fleets: [], groups: undefined, permissions: [] };
}
