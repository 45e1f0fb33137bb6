import { Alert, Form, FormGroup, FormSelect, FormSelectOption, Progress, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Confirm } from "../parts/Confirm";
import { words } from "../words/en";
import { toEach, type Deed } from "./bulk";
import type { Unit } from "./queries";

export type BulkKind = Deed["kind"];

interface Props {
  kind: BulkKind;
  units: Unit[];
  fleets: ReadonlyMap<string, string> | undefined;
  onClose: () => void;
  onDone: () => void;
}

const NAMES_SHOWN = 8;

/** Asks for what the deed needs, shows what it touches, and does it. */
export function BulkDialog({ kind, units, fleets, onClose, onDone }: Props) {
  const cache = useQueryClient();
  const [fleet, setFleet] = useState([...(fleets?.keys() ?? [])][0] ?? "");
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [progress, setProgress] = useState(0);
  const deed: Deed = kind === "move" ? { kind, fleet } : kind === "label" ? { kind, name, value } : { kind };
  const work = useMutation({
    mutationFn: () => toEach(units, deed, setProgress),
    onSettled: () => cache.invalidateQueries({ queryKey: ["units"] }),
    onSuccess: (outcome) => {
      if (outcome.refused.length) return;
      onDone();
      onClose();
    },
  });
  const preview = {
    move: words.units.previewMove(units.length, fleets?.get(fleet) ?? fleet),
    label: words.units.previewLabel(units.length, value ? `${name}=${value}` : name || "…"),
    renew: words.units.previewRenew(units.length),
  }[kind];
  const title = { move: words.units.moveTo, label: words.units.setLabels, renew: words.units.renew }[kind];
  return (
    <Confirm
      title={title}
      action={words.units.go(units.length)}
      busy={work.isPending}
      disabled={(kind === "label" && !name) || (kind === "move" && !fleet) || work.isSuccess}
      error={work.error}
      onConfirm={() => work.mutate()}
      onClose={onClose}
    >
      <Form>
        {kind === "move" ? (
          <FormGroup label={words.units.fleet} fieldId="bulk-fleet">
            <FormSelect id="bulk-fleet" value={fleet} onChange={(_event, chosen) => setFleet(chosen)}>
              {[...(fleets ?? [])].map(([id, label]) => (
                <FormSelectOption key={id} value={id} label={label} />
              ))}
            </FormSelect>
          </FormGroup>
        ) : null}
        {kind === "label" ? (
          <>
            <FormGroup label={words.units.labelName} fieldId="bulk-name" isRequired>
              <TextInput id="bulk-name" value={name} onChange={(_event, typed) => setName(typed)} isRequired />
            </FormGroup>
            <FormGroup label={words.units.labelValue} fieldId="bulk-value">
              <TextInput id="bulk-value" value={value} onChange={(_event, typed) => setValue(typed)} />
            </FormGroup>
          </>
        ) : null}
      </Form>
      <p className="aos-words">{preview}</p>
      <ul className="aos-stack-tight">
        {units.slice(0, NAMES_SHOWN).map((unit) => (
          <li key={unit.id} className="aos-words">
            {unit.system_uid}
          </li>
        ))}
        {units.length > NAMES_SHOWN ? <li>… {units.length - NAMES_SHOWN}</li> : null}
      </ul>
      {work.isPending ? (
        <Progress value={progress} max={units.length} title={title} measureLocation="outside" aria-label={title} />
      ) : null}
      {work.data?.refused.length ? (
        <Alert variant="warning" isInline title={words.units.partly(work.data.refused.length, units.length)}>
          {work.data.refused.slice(0, NAMES_SHOWN).map(({ unit, why }) => (
            <p key={unit.id} className="aos-words">
              {unit.system_uid}: {why}
            </p>
          ))}
        </Alert>
      ) : null}
    </Confirm>
  );
}
