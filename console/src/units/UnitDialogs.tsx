import { Alert, Form, FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Pairs, type Pair } from "../parts/Pairs";
import { targetSystemsByIdQuery } from "../targetSystems/queries";
import { words } from "../words/en";
import { labelChange } from "./labels";
import type { UnitDetail } from "./queries";

interface Props {
  unit: UnitDetail;
  onClose: () => void;
}

const TOUCHES = ["units", "sets"];

/** All labels of a Unit: changed, added, removed, at once. */
export function UnitLabels({ unit, onClose }: Props) {
  const w = words.unitDeeds;
  const [before] = useState(unit.labels);
  const [rows, setRows] = useState<Pair[]>(Object.entries(unit.labels).map(([name, value]) => ({ name, value })));
  const change = labelChange(before, rows);
  return (
    <Deed
      title={w.labels}
      action={words.fleets.save}
      disabled={!Object.keys(change.set).length && !change.remove.length}
      will={
        <>
          <Form>
            <Pairs pairs={rows} w={{ ...w, name: w.label }} onChange={setRows} />
          </Form>
          <p className="aos-quiet">{w.labelsHow}</p>
        </>
      }
      run={() => got(client.PUT("/api/v11/units/{id}/labels/", { params: { path: { id: unit.id } }, body: change }))}
      touches={TOUCHES}
      onClose={onClose}
    />
  );
}

/** Another kind of hardware. */
export function UnitKind({ unit, onClose }: Props) {
  const w = words.targetSystems;
  const systems = useQuery(targetSystemsByIdQuery);
  const [chosen, setChosen] = useState(unit.target_system_id ?? "");
  const body = { target_system_id: chosen };
  return (
    <Deed
      title={w.set}
      disabled={!chosen || chosen === unit.target_system_id}
      will={
        <>
          <Form>
            <FormGroup label={w.name} fieldId="unit-kind" isRequired>
              <FormSelect id="unit-kind" value={chosen} onChange={(_event, id) => setChosen(id)}>
                <FormSelectOption value="" label={w.choose} isPlaceholder />
                {[...(systems.data ?? [])].map(([id, title]) => (
                  <FormSelectOption key={id} value={id} label={title} />
                ))}
              </FormSelect>
            </FormGroup>
          </Form>
          {systems.data?.size === 0 ? <Alert variant="info" isInline isPlain title={w.none} /> : null}
          {chosen ? <p className="aos-words">{w.setWill(unit.system_uid, systems.data?.get(chosen) ?? "")}</p> : null}
        </>
      }
      run={() => got(client.PUT("/api/v11/units/{id}/target-system/", { params: { path: { id: unit.id } }, body }))}
      touches={TOUCHES}
      onClose={onClose}
    />
  );
}

/** All certificates of a Unit end at once. */
export function UnitRevoke({ unit, onClose }: Props) {
  const w = words.unitDeeds;
  return (
    <Deed
      title={w.revoke}
      danger
      will={w.revokeWill(unit.system_uid)}
      run={() => got(client.POST("/api/v11/units/{id}/revoke-certificates/", { params: { path: { id: unit.id } } }))}
      touches={TOUCHES}
      onClose={onClose}
    />
  );
}

/** It is none of ours any more. */
export function UnitDecommission({ unit, onClose }: Props) {
  const w = words.units;
  const asked = { params: { path: { id: unit.id } }, body: { at_once: false } };
  return (
    <Deed
      title={w.decommission}
      danger
      will={w.decommissionWill(unit.system_uid)}
      run={() => got(client.POST("/api/v11/units/{id}/deprovision/", asked))}
      touches={TOUCHES}
      onClose={onClose}
    />
  );
}
