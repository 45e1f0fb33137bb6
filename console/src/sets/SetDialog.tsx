import { Checkbox, Form, FormGroup, FormSelect, FormSelectOption, Radio, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { fleetsByIdQuery } from "../fleets/queries";
import { Confirm } from "../parts/Confirm";
import { Deed } from "../parts/Deed";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { words } from "../words/en";
import { readSet, type UnitSet } from "./queries";
import { SelectorField } from "./SelectorField";

const w = words.sets;

interface Draft {
  title: string;
  selector: string | null;
  verification: boolean;
}

/** A new set. */
export function NewSet({ fleet, onClose, onMade }: { fleet?: string; onClose: () => void; onMade: (id: string) => void }) {
  const fleets = useQuery(fleetsByIdQuery);
  const [chosen, setChosen] = useState(fleet);
  const [draft, setDraft] = useState<Draft>({ title: "", selector: null, verification: false });
  const within = chosen ?? [...(fleets.data?.keys() ?? [])][0] ?? "";
  const body = { ...draft, fleet_id: within };
  return (
    <Deed
      title={w.create}
      disabled={!complete(draft) || !within}
      run={(once) => once((header) => client.POST("/api/v11/unit-sets/", { params: { header }, body }))}
      touches={["sets"]}
      onDone={(made) => onMade(made.id)}
      onClose={onClose}
      will={
        <Form>
          <FormGroup label={w.fleet} fieldId="set-fleet" isRequired>
            <FormSelect id="set-fleet" value={within} onChange={(_event, id) => setChosen(id)}>
              {[...(fleets.data ?? [])].map(([id, title]) => (
                <FormSelectOption key={id} value={id} label={title} />
              ))}
            </FormSelect>
          </FormGroup>
          <Fields draft={draft} fleet={within} onChange={setDraft} />
        </Form>
      }
    />
  );
}

/** Another title, selector or flag. */
export function ChangeSet({ before, onClose }: { before: Marked<UnitSet>; onClose: () => void }) {
  const [{ thing: old }] = useState(before); // as it was when one began, whatever is read meanwhile
  const [draft, setDraft] = useState<Draft>({ title: old.title, selector: old.selector, verification: old.verification });
  const path = { id: old.id };
  const change = useChange({
    before,
    read: () => readSet(old.id),
    write: (mark) =>
      got(client.PUT("/api/v11/unit-sets/{id}/", { params: { path, header: ifMatch(mark) }, body: draft })),
    touches: ["sets", "units"],
    onDone: onClose,
  });
  const note = old.selector !== null && draft.selector === null ? w.toHand : old.selector === null && draft.selector !== null ? w.toSelector : "";
  return (
    <Confirm
      title={w.change}
      action={change.theirs ? words.fleets.saveMine : words.fleets.save}
      busy={change.busy}
      disabled={!complete(draft)}
      error={change.error}
      onConfirm={change.save}
      onClose={onClose}
    >
      {change.theirs ? <Meanwhile fields={differences(old, change.theirs)} /> : null}
      <Form>
        <Fields draft={draft} fleet={old.fleet_id} onChange={setDraft} />
      </Form>
      {note && old.units ? <p>{note}</p> : null}
    </Confirm>
  );
}

function Fields({ draft, fleet, onChange }: { draft: Draft; fleet: string; onChange: (draft: Draft) => void }) {
  const [written, setWritten] = useState(draft.selector ?? "");
  const write = (selector: string) => {
    setWritten(selector);
    onChange({ ...draft, selector });
  };
  return (
    <>
      <FormGroup label={w.field} fieldId="set-title" isRequired>
        <TextInput id="set-title" value={draft.title} onChange={(_event, title) => onChange({ ...draft, title })} isRequired />
      </FormGroup>
      <FormGroup label={w.how} role="radiogroup" fieldId="set-how" isStack>
        <Radio
          id="set-by-hand"
          name="set-how"
          label={w.howHand}
          isChecked={draft.selector === null}
          onChange={() => onChange({ ...draft, selector: null })}
        />
        <Radio
          id="set-by-selector"
          name="set-how"
          label={w.howSelector}
          isChecked={draft.selector !== null}
          onChange={() => onChange({ ...draft, selector: written })}
        />
      </FormGroup>
      {draft.selector === null ? null : <SelectorField fleet={fleet} value={draft.selector} onChange={write} />}
      <Checkbox
        id="set-verification"
        label={w.verification}
        description={w.verificationHow}
        isChecked={draft.verification}
        onChange={(_event, verification) => onChange({ ...draft, verification })}
      />
    </>
  );
}

function complete(draft: Draft): boolean {
  return draft.title.trim() !== "" && draft.selector?.trim() !== "";
}

function differences(before: UnitSet, now: UnitSet): [string, string, string][] {
  const flag = (set: UnitSet) => (set.verification ? w.yes : w.no);
  return [
    [w.field, before.title, now.title],
    [w.selector, before.selector ?? w.byHand, now.selector ?? w.byHand],
    [w.verification, flag(before), flag(now)],
  ];
}

export function RemoveSet({ set, onClose, onGone }: { set: UnitSet; onClose: () => void; onGone: () => void }) {
  return (
    <Deed
      title={w.remove}
      danger
      will={w.removeWill(set.title, set.units)}
      run={() => got(client.DELETE("/api/v11/unit-sets/{id}/", { params: { path: { id: set.id } } }))}
      touches={[["sets", "list"]]}
      onDone={onGone}
      onClose={onClose}
    />
  );
}
