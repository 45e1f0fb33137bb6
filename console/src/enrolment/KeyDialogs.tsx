import { Alert, Checkbox, Form, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { fleetsByIdQuery } from "../fleets/queries";
import { Confirm } from "../parts/Confirm";
import { Deed } from "../parts/Deed";
import { useMay } from "../session/me";
import { targetSystemsByIdQuery } from "../targetSystems/queries";
import { words } from "../words/en";
import type { EnrolmentKey } from "./queries";

const w = words.enrolment;
const WEEK_HOURS = "168";

/** A new key, shown once. */
export function NewKey({ fleet, onClose }: { fleet?: string; onClose: () => void }) {
  const may = useMay();
  const cache = useQueryClient();
  const fleets = useQuery(fleetsByIdQuery);
  const systems = useQuery({ ...targetSystemsByIdQuery, enabled: may("target_systems_list") });
  const [chosen, setChosen] = useState(fleet);
  const [title, setTitle] = useState("");
  const [units, setUnits] = useState("1");
  const [hours, setHours] = useState(WEEK_HOURS);
  const [automatic, setAutomatic] = useState(false);
  const [system, setSystem] = useState("");
  const within = chosen ?? [...(fleets.data?.keys() ?? [])][0] ?? "";
  const make = useMutation({
    mutationFn: () =>
      got(
        client.POST("/api/v11/enrolment-keys/", {
          body: {
            title,
            fleet_id: within,
            units: Number(units),
            valid_hours: Number(hours),
            policy: automatic ? "automatic" : "approve",
            target_system_id: system || null,
          },
        }),
      ),
    onSettled: () => cache.invalidateQueries({ queryKey: ["enrolment", "keys"] }),
  });
  if (make.data) {
    return (
      <Confirm title={make.data.title} action={w.done} onConfirm={onClose} onClose={onClose}>
        <Alert variant="success" isInline title={w.made}>
          <p className="aos-secret">{make.data.key}</p>
          <p className="aos-above">{w.madeHow}</p>
        </Alert>
      </Confirm>
    );
  }
  return (
    <Confirm
      title={w.create}
      action={w.create}
      busy={make.isPending}
      disabled={!title.trim() || !within || !whole(units) || !whole(hours)}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    >
      <Form>
        <FormGroup label={w.field} fieldId="key-title" isRequired>
          <TextInput id="key-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired />
        </FormGroup>
        <FormGroup label={w.fleet} fieldId="key-fleet" isRequired>
          <FormSelect id="key-fleet" value={within} onChange={(_event, id) => setChosen(id)}>
            {[...(fleets.data ?? [])].map(([id, name]) => (
              <FormSelectOption key={id} value={id} label={name} />
            ))}
          </FormSelect>
        </FormGroup>
        {systems.data?.size ? (
          <FormGroup label={w.targetSystem} fieldId="key-system">
            <FormSelect id="key-system" value={system} onChange={(_event, id) => setSystem(id)}>
              <FormSelectOption value="" label={w.noTargetSystem} />
              {[...systems.data].map(([id, name]) => (
                <FormSelectOption key={id} value={id} label={name} />
              ))}
            </FormSelect>
          </FormGroup>
        ) : null}
        <FormGroup label={w.units} fieldId="key-units" isRequired>
          <TextInput id="key-units" type="number" min={1} value={units} onChange={(_event, typed) => setUnits(typed)} />
        </FormGroup>
        <FormGroup label={w.hours} fieldId="key-hours" isRequired>
          <TextInput id="key-hours" type="number" min={1} value={hours} onChange={(_event, typed) => setHours(typed)} />
        </FormGroup>
        <Checkbox
          id="key-automatic"
          label={w.automatic}
          description={w.automaticHow}
          isChecked={automatic}
          onChange={(_event, on) => setAutomatic(on)}
        />
      </Form>
    </Confirm>
  );
}

function whole(typed: string): boolean {
  return /^[1-9]\d*$/.test(typed);
}

export function RevokeKey({ enrolmentKey, onClose }: { enrolmentKey: EnrolmentKey; onClose: () => void }) {
  return (
    <Deed
      title={w.revoke}
      danger
      will={w.revokeWill(enrolmentKey.title, enrolmentKey.units - enrolmentKey.used)}
      run={() => got(client.POST("/api/v11/enrolment-keys/{id}/revoke/", { params: { path: { id: enrolmentKey.id } } }))}
      touches={[["enrolment", "keys"]]}
      onClose={onClose}
    />
  );
}
