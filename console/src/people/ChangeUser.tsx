import { Form } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { fleetsByIdQuery } from "../fleets/queries";
import { Confirm } from "../parts/Confirm";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { markedPersonQuery, readPerson, type User } from "./queries";
import { GROUP_OF, type Role } from "./roles";
import { bodyOf, shapeOf, whole, type Shape } from "./shape";
import { ShapeFields } from "./ShapeFields";

const w = words.people;

/** Another role, address, other fleets or permissions: the user is read anew first. */
export function ChangeUser({ id, roles, onClose }: { id: string; roles: Role[]; onClose: () => void }) {
  const user = useQuery(markedPersonQuery(id));
  return user.data ? <Change before={user.data} roles={roles} onClose={onClose} /> : null;
}

function Change({ before, roles, onClose }: { before: Marked<User>; roles: Role[]; onClose: () => void }) {
  const may = useMay();
  const { data: fleets } = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const [{ thing: user }] = useState(before); // as it was when one began, whatever is read meanwhile
  const [shape, setShape] = useState<Shape>(() => shapeOf(user, GROUP_OF[user.role as Role]));
  const change = useChange<User>({
    before,
    read: () => readPerson(user.id),
    write: (mark) =>
      got(
        client.PUT("/api/v11/users/{id}/", {
          params: { path: { id: user.id }, header: ifMatch(mark) },
          body: bodyOf(shape),
        }),
      ),
    touches: ["people"],
    onDone: onClose,
  });
  const inWords = (one: User): [string, string][] => [
    [w.role, w.roles[one.role] ?? one.role],
    [w.email, one.email],
    [w.fleets, one.fleet_ids.map((fleet) => fleets?.get(fleet) ?? fleet).join(", ")],
    [w.groups, one.permission_groups.join(", ")],
    [w.permissions, one.permissions.join(", ")],
    [w.state, one.active ? w.active : w.suspended],
  ];
  const now = change.theirs && inWords(change.theirs);
  return (
    <Confirm
      title={w.changeTitle(user.username)}
      action={change.theirs ? words.fleets.saveMine : w.save}
      busy={change.busy}
      disabled={!whole(shape)}
      error={change.error}
      onConfirm={change.save}
      onClose={onClose}
    >
      {now ? <Meanwhile fields={inWords(user).map(([name, was], at) => [name, was, now[at]?.[1] ?? ""])} /> : null}
      <Form>
        <ShapeFields shape={shape} roles={roles} onShape={(next) => setShape((old) => ({ ...old, ...next }))} />
      </Form>
    </Confirm>
  );
}
