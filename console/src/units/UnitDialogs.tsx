import { Alert, Form, FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Confirm } from "../parts/Confirm";
import { Pairs, type Pair } from "../parts/Pairs";
import { targetSystemsByIdQuery } from "../targetSystems/queries";
import { words } from "../words/en";
import { labelChange } from "./labels";
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
  const [rows, setRows] = useState<Pair[]>(Object.entries(unit.labels).map(([name, value]) => ({ name, value })));
  const change = labelChange(before, rows);
  const deed = useDeed(
    () => got(client.PUT("/api/v11/units/{id}/labels/", { params: { path: { id: unit.id } }, body: change })),
    onClose,
  );
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
        <Pairs pairs={rows} w={{ ...w, name: w.label }} onChange={setRows} />
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
