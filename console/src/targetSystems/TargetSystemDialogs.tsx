import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { Confirm } from "../parts/Confirm";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { words } from "../words/en";
import { complete, draftOf, said } from "./draft";
import { limitsInWords, nodeInWords } from "./inWords";
import { readTargetSystem, type TargetSystem } from "./queries";
import { TargetSystemForm } from "./TargetSystemForm";

const w = words.targetSystems;

export function NewTargetSystem({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const cache = useQueryClient();
  const [draft, setDraft] = useState(draftOf(undefined));
  const make = useMutation({
    mutationFn: () => got(client.POST("/api/v11/target-systems/", { body: said(draft) })),
    onSuccess: (made) => {
      void cache.invalidateQueries({ queryKey: ["target-systems"] });
      onMade(made.id);
    },
  });
  return (
    <Confirm
      title={w.create}
      action={w.create}
      busy={make.isPending}
      disabled={!complete(draft)}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    >
      <TargetSystemForm draft={draft} onChange={setDraft} />
    </Confirm>
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
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => got(client.DELETE("/api/v11/target-systems/{id}/", { params: { path: { id: system.id } } })),
    onSuccess: () => {
      onGone();
      for (const key of ["list", "titles"]) void cache.invalidateQueries({ queryKey: ["target-systems", key] });
    },
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
      <p className="aos-words">{w.removeWill(system.title)}</p>
    </Confirm>
  );
}
