import { Form, FormGroup, Radio, TextInput } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, got, type Schemas } from "../api/client";
import { Deed } from "../parts/Deed";
import { Hint } from "../parts/Hint";
import { words } from "../words/en";
import { unitsMost } from "./limit";
import { setBound, type Bound, type Organization } from "./queries";

const w = words.organizations;
const NEW_KINDS = ["oem", "sp"] as const;

/** A new OEM or Service Provider; its page comes next, where its first user is invited. */
export function NewOrganization({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<(typeof NEW_KINDS)[number]>("oem");
  const body = { title: title.trim(), kind };
  return (
    <Deed
      title={w.create}
      action={w.createGo}
      disabled={!title.trim()}
      run={() => got(client.POST("/api/v11/organizations/", { body }))}
      touches={["organizations"]}
      onDone={(made) => void navigate({ to: "/organizations/$id", params: { id: made.id } })}
      onClose={onClose}
      will={
        <Form>
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
      }
    />
  );
}

export function Rename({ organization, onClose }: { organization: Organization; onClose: () => void }) {
  const [title, setTitle] = useState(organization.title);
  const asked = { params: { path: { id: organization.id } }, body: { title: title.trim() } };
  return (
    <Deed
      title={w.rename}
      action={w.save}
      disabled={title.trim() === "" || title === organization.title}
      run={() => got(client.PUT("/api/v11/organizations/{id}/", asked))}
      touches={["organizations"]}
      onClose={onClose}
      will={
        <Form>
          <FormGroup label={w.field} fieldId="organization-title" isRequired>
            <TextInput id="organization-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired autoFocus />
          </FormGroup>
        </Form>
      }
    />
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
  const [typed, setTyped] = useState(limits.units_most === null ? "" : String(limits.units_most));
  const most = unitsMost(typed);
  return (
    <Deed
      title={says.set}
      action={w.save}
      disabled={most === undefined}
      run={() => setBound(bound, limits.organization_id, most ?? null)}
      touches={["organizations"]}
      onClose={onClose}
      will={
        <Form>
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
      }
    />
  );
}
