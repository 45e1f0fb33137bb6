import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { client, got } from "../api/client";
import { Said } from "../parts/Confirm";
import { Shown } from "../parts/states";
import { Typed } from "../parts/Typed";
import { words } from "../words/en";
import type { Unit } from "./queries";

const w = words.sets;
const SHOWN = 10;

interface Props {
  title: string;
  note?: string;
  fleet?: string;
  /** Ids of those that are picked already. */
  has?: readonly string[];
  onPick: (unit: Unit) => Promise<unknown>;
  onClose: () => void;
}

/** Units found by a part of their names, each to be picked at once; of one fleet, or of all. */
export function UnitPicker({ title, note, fleet, has = [], onPick, onClose }: Props) {
  const [name, setName] = useState<string>();
  const [picked, setPicked] = useState<ReadonlySet<string>>(() => new Set(has));
  const found = useQuery({
    queryKey: ["units", "picking", fleet, name],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const query = { search: name, fleet_id: fleet, limit: SHOWN, ordering: "system_uid" };
      return got(client.GET("/api/v11/units/", { params: { query }, signal }));
    },
  });
  const pick = useMutation({
    mutationFn: onPick,
    onSuccess: (_done, unit) => setPicked((old) => new Set([...old, unit.id])),
  });
  const onType = useCallback((typed: string | undefined) => setName(typed), []);
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="picker-title">
      <ModalHeader title={title} labelId="picker-title" />
      <ModalBody>
        <div className="aos-stack">
          {note ? <p>{note}</p> : null}
          <Typed label={w.find} value={name} onType={onType} />
          <Shown query={found} lines={5}>
            {({ items, total }) =>
              items.length ? (
                <ul className="aos-lines">
                  {items.map((unit) => (
                    <li key={unit.id}>
                      <span className="aos-name">{unit.system_uid}</span>
                      {picked.has(unit.id) ? (
                        <span className="aos-quiet">{w.picked}</span>
                      ) : (
                        <Button
                          variant="link"
                          isInline
                          isDisabled={pick.isPending}
                          aria-label={w.pickOf(unit.system_uid)}
                          onClick={() => pick.mutate(unit)}
                        >
                          {w.pick}
                        </Button>
                      )}
                    </li>
                  ))}
                  {total > items.length ? <li className="aos-quiet">{w.more(total - items.length)}</li> : null}
                </ul>
              ) : (
                <p className="aos-quiet">{w.noneFound}</p>
              )
            }
          </Shown>
          {pick.error ? <Said error={pick.error} /> : null}
        </div>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{w.done}</Button>
      </ModalFooter>
    </Modal>
  );
}
