import { Form, FormGroup, TextInput } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { Confirm } from "../parts/Confirm";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { words } from "../words/en";
import { fleetQuery, readFleet, type Fleet } from "./queries";

const w = words.fleets;

/** A new fleet. */
export function NewFleet({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient();
  const [title, setTitle] = useState("");
  const make = useMutation({
    mutationFn: () => got(client.POST("/api/v11/fleets/", { body: { title } })),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: ["fleets"] }),
  });
  return (
    <Confirm
      title={w.create}
      action={w.save}
      busy={make.isPending}
      disabled={!title.trim()}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    >
      <Title title={title} onChange={setTitle} onEnter={() => make.mutate()} />
    </Confirm>
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
      <Title title={title} onChange={setTitle} onEnter={change.save} />
    </Confirm>
  );
}

function Title({ title, onChange, onEnter }: { title: string; onChange: (title: string) => void; onEnter: () => void }) {
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim()) onEnter();
      }}
    >
      <FormGroup label={w.field} fieldId="fleet-title" isRequired>
        <TextInput id="fleet-title" value={title} onChange={(_event, typed) => onChange(typed)} isRequired autoFocus />
      </FormGroup>
    </Form>
  );
}

export function RemoveFleet({ fleet, onClose, onGone }: { fleet: Fleet; onClose: () => void; onGone?: () => void }) {
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => got(client.DELETE("/api/v11/fleets/{id}/", { params: { path: { id: fleet.id } } })),
    onSuccess: () => {
      (onGone ?? onClose)();
      void cache.invalidateQueries({ queryKey: ["fleets", "list"] });
      void cache.invalidateQueries({ queryKey: ["fleets", "titles"] });
    },
  });
  return (
    <Confirm
      title={w.remove}
      action={w.remove}
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p className="aos-words">{w.removeWill(fleet.title)}</p>
    </Confirm>
  );
}
