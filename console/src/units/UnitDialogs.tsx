import { Alert, Button, Form, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Confirm } from "../parts/Confirm";
import { targetSystemsByIdQuery } from "../targetSystems/queries";
import { words } from "../words/en";
import { labelChange, type LabelRow } from "./labels";
import type { UnitDetail } from "./queries";

interface Props {
  unit: UnitDetail;
  onClose: () => void;
}

function useDeed(work: () => Promise<unknown>, onClose: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSuccess: onClose,
    onSettled: () => Promise.all(["units", "sets"].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
}

/** All labels of a Unit: changed, added, removed, at once. */
export function UnitLabels({ unit, onClose }: Props) {
  const w = words.unitDeeds;
  const [before] = useState(unit.labels);
  const [rows, setRows] = useState<LabelRow[]>(Object.entries(unit.labels).map(([name, value]) => ({ name, value })));
  const change = labelChange(before, rows);
  const deed = useDeed(
    () => got(client.PUT("/api/v11/units/{id}/labels/", { params: { path: { id: unit.id } }, body: change })),
    onClose,
  );
  const put = (index: number, row: LabelRow) => setRows(rows.map((old, place) => (place === index ? row : old)));
  return (
    <Confirm
      title={w.labels}
      action={words.fleets.save}
      busy={deed.isPending}
      disabled={!Object.keys(change.set).length && !change.remove.length}
      error={deed.error}
      onConfirm={() => deed.mutate()}
      onClose={onClose}
    >
      <Form onSubmit={(event) => event.preventDefault()}>
        {rows.map((row, index) => (
          <div key={index} className="aos-condition">
            <FormGroup label={w.label} fieldId={`label-${index}`}>
              <TextInput id={`label-${index}`} value={row.name} onChange={(_event, name) => put(index, { ...row, name })} />
            </FormGroup>
            <FormGroup label={w.value} fieldId={`value-${index}`}>
              <TextInput id={`value-${index}`} value={row.value} onChange={(_event, value) => put(index, { ...row, value })} />
            </FormGroup>
            <Button
              variant="link"
              isDanger
              aria-label={w.removeLabelOf(row.name)}
              onClick={() => setRows(rows.filter((_row, place) => place !== index))}
            >
              {w.removeLabel}
            </Button>
          </div>
        ))}
        <div>
          <Button variant="secondary" onClick={() => setRows([...rows, { name: "", value: "" }])}>
            {w.addLabel}
          </Button>
        </div>
      </Form>
      <p className="aos-quiet">{w.labelsHow}</p>
    </Confirm>
  );
}

/** Another kind of hardware. */
export function UnitKind({ unit, onClose }: Props) {
  const w = words.targetSystems;
  const systems = useQuery(targetSystemsByIdQuery);
  const [chosen, setChosen] = useState(unit.target_system_id ?? "");
  const deed = useDeed(
    () =>
      got(
        client.PUT("/api/v11/units/{id}/target-system/", {
          params: { path: { id: unit.id } },
          body: { target_system_id: chosen },
        }),
      ),
    onClose,
  );
  return (
    <Confirm
      title={w.set}
      action={w.set}
      busy={deed.isPending}
      disabled={!chosen || chosen === unit.target_system_id}
      error={deed.error}
      onConfirm={() => deed.mutate()}
      onClose={onClose}
    >
      <Form onSubmit={(event) => event.preventDefault()}>
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
    </Confirm>
  );
}

/** All certificates of a Unit end at once. */
export function UnitRevoke({ unit, onClose }: Props) {
  const w = words.unitDeeds;
  const deed = useDeed(
    () => got(client.POST("/api/v11/units/{id}/revoke-certificates/", { params: { path: { id: unit.id } } })),
    onClose,
  );
  return (
    <Confirm
      title={w.revoke}
      action={w.revoke}
      danger
      busy={deed.isPending}
      error={deed.error}
      onConfirm={() => deed.mutate()}
      onClose={onClose}
    >
      <p className="aos-words">{w.revokeWill(unit.system_uid)}</p>
    </Confirm>
  );
}
