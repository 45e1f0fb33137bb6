import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { Confirm } from "../parts/Confirm";
import { Deed } from "../parts/Deed";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { words } from "../words/en";
import { complete, draftOf, said } from "./draft";
import { limitsInWords, nodeInWords } from "./inWords";
import { readTargetSystem, type TargetSystem } from "./queries";
import { TargetSystemForm } from "./TargetSystemForm";

const w = words.targetSystems;

export function NewTargetSystem({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const [draft, setDraft] = useState(draftOf(undefined));
  return (
    <Deed
      title={w.create}
      disabled={!complete(draft)}
      will={<TargetSystemForm draft={draft} onChange={setDraft} />}
      run={(once) => once((header) => client.POST("/api/v11/target-systems/", { params: { header }, body: said(draft) }))}
      touches={["target-systems"]}
      onDone={(made) => onMade(made.id)}
      onClose={onClose}
    />
  );
}

export function ChangeTargetSystem({ before, units, onClose }: { before: Marked<TargetSystem>; units: number; onClose: () => void }) {
  const [{ thing: old }] = useState(before); // as it was when one began, whatever is read meanwhile
  const [draft, setDraft] = useState(draftOf(old));
  const change = useChange<TargetSystem>({
    before,
    read: () => readTargetSystem(old.id),
    write: (mark) =>
      got(
        client.PUT("/api/v11/target-systems/{id}/", {
          params: { path: { id: old.id }, header: ifMatch(mark) },
          body: said(draft),
        }),
      ),
    touches: ["target-systems", "units"],
    onDone: onClose,
  });
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
      <TargetSystemForm draft={draft} onChange={setDraft} />
      {units ? <p>{w.changeWill(units)}</p> : null}
    </Confirm>
  );
}

function differences(before: TargetSystem, now: TargetSystem): [string, string, string][] {
  const nodes = (system: TargetSystem) => system.nodes.map(nodeInWords).join("; ");
  return [
    [w.field, before.title, now.title],
    [w.limits, limitsInWords(before.limits), limitsInWords(now.limits)],
    [w.nodes, nodes(before), nodes(now)],
  ];
}

export function RemoveTargetSystem({ system, onClose, onGone }: { system: TargetSystem; onClose: () => void; onGone: () => void }) {
  return (
    <Deed
      title={w.remove}
      danger
      will={w.removeWill(system.title)}
      run={() => got(client.DELETE("/api/v11/target-systems/{id}/", { params: { path: { id: system.id } } }))}
      touches={[["target-systems", "list"], ["target-systems", "titles"]]}
      onDone={onGone}
      onClose={onClose}
    />
  );
}
