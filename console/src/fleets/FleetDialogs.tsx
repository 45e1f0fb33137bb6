import { Form, FormGroup, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { Confirm } from "../parts/Confirm";
import { Deed } from "../parts/Deed";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { words } from "../words/en";
import { fleetQuery, readFleet, type Fleet } from "./queries";

const w = words.fleets;

/** A new fleet. */
export function NewFleet({ onClose }: { onClose: () => void }) {
  const [title, setTitle] = useState("");
  return (
    <Deed
      title={w.create}
      action={w.save}
      disabled={!title.trim()}
      will={<Title title={title} onChange={setTitle} />}
      run={(once) => once((header) => client.POST("/api/v11/fleets/", { params: { header }, body: { title } }))}
      touches={["fleets"]}
      onClose={onClose}
    />
  );
}

/** Another title for a fleet that a list shows: it is read anew first. */
export function RenameFleet({ id, onClose }: { id: string; onClose: () => void }) {
  const fleet = useQuery({ ...fleetQuery(id), staleTime: 0 });
  if (!fleet.data) return null;
  return <FleetDialog before={fleet.data} onClose={onClose} />;
}

export function FleetDialog({ before, onClose }: { before: Marked<Fleet>; onClose: () => void }) {
  const [{ thing: fleet }] = useState(before); // as it was when one began, whatever is read meanwhile
  const [title, setTitle] = useState(fleet.title);
  const change = useChange<Fleet>({
    before,
    read: () => readFleet(fleet.id),
    write: (mark) =>
      got(
        client.PUT("/api/v11/fleets/{id}/", {
          params: { path: { id: fleet.id }, header: ifMatch(mark) },
          body: { title },
        }),
      ),
    touches: ["fleets"],
    onDone: onClose,
  });
  return (
    <Confirm
      title={w.rename}
      action={change.theirs ? w.saveMine : w.save}
      busy={change.busy}
      disabled={!title.trim() || title === (change.theirs ?? fleet).title}
      error={change.error}
      onConfirm={change.save}
      onClose={onClose}
    >
      {change.theirs ? <Meanwhile fields={[[w.field, fleet.title, change.theirs.title]]} /> : null}
      <Title title={title} onChange={setTitle} />
    </Confirm>
  );
}

function Title({ title, onChange }: { title: string; onChange: (title: string) => void }) {
  return (
    <Form>
      <FormGroup label={w.field} fieldId="fleet-title" isRequired>
        <TextInput id="fleet-title" value={title} onChange={(_event, typed) => onChange(typed)} isRequired autoFocus />
      </FormGroup>
    </Form>
  );
}

export function RemoveFleet({ fleet, onClose, onGone }: { fleet: Fleet; onClose: () => void; onGone?: () => void }) {
  return (
    <Deed
      title={w.remove}
      danger
      will={w.removeWill(fleet.title)}
      run={() => got(client.DELETE("/api/v11/fleets/{id}/", { params: { path: { id: fleet.id } } }))}
      touches={[["fleets", "list"], ["fleets", "titles"]]}
      onDone={onGone}
      onClose={onClose}
    />
  );
}
