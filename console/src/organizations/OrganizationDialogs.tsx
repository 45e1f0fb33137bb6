import { Form, FormGroup, Radio, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, got, type Schemas } from "../api/client";
import { Confirm } from "../parts/Confirm";
import { Hint } from "../parts/Hint";
import { words } from "../words/en";
import { unitsMost } from "./limit";
import { setBound, type Bound, type Organization } from "./queries";

const w = words.organizations;
const NEW_KINDS = ["oem", "sp"] as const;

/** A new OEM or Service Provider; its page comes next, where its first user is invited. */
export function NewOrganization({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<(typeof NEW_KINDS)[number]>("oem");
  const create = useMutation({
    mutationFn: () => got(client.POST("/api/v11/organizations/", { body: { title: title.trim(), kind } })),
    onSuccess: (made) => navigate({ to: "/organizations/$id", params: { id: made.id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: ["organizations"] }),
  });
  return (
    <Confirm
      title={w.create}
      action={w.createGo}
      busy={create.isPending}
      disabled={!title.trim()}
      error={create.error}
      onConfirm={() => create.mutate()}
      onClose={onClose}
    >
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim()) create.mutate();
        }}
      >
        <FormGroup label={w.field} fieldId="organization-title" isRequired>
          <TextInput id="organization-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired autoFocus />
        </FormGroup>
        <FormGroup label={w.kind} role="radiogroup" isStack isRequired>
          {NEW_KINDS.map((each) => (
            <Radio
              key={each}
              id={`organization-${each}`}
              name="organization-kind"
              label={w.kinds[each]}
              isChecked={kind === each}
              onChange={() => setKind(each)}
            />
          ))}
          <Hint>{w.createHow}</Hint>
        </FormGroup>
      </Form>
    </Confirm>
  );
}

export function Rename({ organization, onClose }: { organization: Organization; onClose: () => void }) {
  const cache = useQueryClient();
  const [title, setTitle] = useState(organization.title);
  const params = { path: { id: organization.id } };
  const save = useMutation({
    mutationFn: () => got(client.PUT("/api/v11/organizations/{id}/", { params, body: { title: title.trim() } })),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: ["organizations"] }),
  });
  const ready = title.trim() !== "" && title !== organization.title;
  return (
    <Confirm
      title={w.rename}
      action={w.save}
      busy={save.isPending}
      disabled={!ready}
      error={save.error}
      onConfirm={() => save.mutate()}
      onClose={onClose}
    >
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save.mutate();
        }}
      >
        <FormGroup label={w.field} fieldId="organization-title" isRequired>
          <TextInput id="organization-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired autoFocus />
        </FormGroup>
      </Form>
    </Confirm>
  );
}

interface LimitProps {
  bound: Bound;
  limits: Schemas["LimitsView"];
  onClose: () => void;
}

/** How many Units an OEM may have, or may have at risk. */
export function Limit({ bound, limits, onClose }: LimitProps) {
  const says = w.bounds[bound];
  const cache = useQueryClient();
  const [typed, setTyped] = useState(limits.units_most === null ? "" : String(limits.units_most));
  const most = unitsMost(typed);
  const save = useMutation({
    mutationFn: (units: number | null) => setBound(bound, limits.organization_id, units),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: ["organizations"] }),
  });
  const go = () => (most === undefined ? undefined : save.mutate(most));
  return (
    <Confirm
      title={says.set}
      action={w.save}
      busy={save.isPending}
      disabled={most === undefined}
      error={save.error}
      onConfirm={go}
      onClose={onClose}
    >
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <FormGroup label={says.field} fieldId="units-most">
          <TextInput
            id="units-most"
            inputMode="numeric"
            value={typed}
            validated={most === undefined ? "error" : "default"}
            onChange={(_event, next) => setTyped(next)}
            autoFocus
          />
          {most === undefined ? <Hint bad>{w.limitBad}</Hint> : <Hint>{says.how}</Hint>}
        </FormGroup>
      </Form>
    </Confirm>
  );
}
