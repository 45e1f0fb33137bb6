import { Form, FormGroup, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Confirm } from "../parts/Confirm";
import { words } from "../words/en";
import type { Fleet } from "./queries";

const w = words.fleets;

/** A new fleet, or another title for one. */
export function FleetDialog({ fleet, onClose }: { fleet?: Fleet; onClose: () => void }) {
  const cache = useQueryClient();
  const [title, setTitle] = useState(fleet?.title ?? "");
  const save = useMutation({
    mutationFn: () =>
      fleet
        ? got(client.PUT("/api/v11/fleets/{id}/", { params: { path: { id: fleet.id } }, body: { title } }))
        : got(client.POST("/api/v11/fleets/", { body: { title } })),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: ["fleets"] }),
  });
  return (
    <Confirm
      title={fleet ? w.rename : w.create}
      action={w.save}
      busy={save.isPending}
      disabled={!title.trim() || title === fleet?.title}
      error={save.error}
      onConfirm={() => save.mutate()}
      onClose={onClose}
    >
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim()) save.mutate();
        }}
      >
        <FormGroup label={w.field} fieldId="fleet-title" isRequired>
          <TextInput id="fleet-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired autoFocus />
        </FormGroup>
      </Form>
    </Confirm>
  );
}

export function RemoveFleet({ fleet, onClose }: { fleet: Fleet; onClose: () => void }) {
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => got(client.DELETE("/api/v11/fleets/{id}/", { params: { path: { id: fleet.id } } })),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: ["fleets"] }),
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
