import { Button, Form, FormGroup, TextArea, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../api/client";
import { itemNamesQuery, versionNamesQuery } from "../items/queries";
import { Deed } from "../parts/Deed";
import { FormChoice } from "../parts/FormChoice";
import { targetSystemsByIdQuery } from "../targetSystems/queries";
import { words } from "../words/en";
import { draftOf, NO_ROW, said, type VersionRow } from "./draft";
import type { Rxswin } from "./queries";

const w = words.rxswins;

interface Props {
  /** What a further revision is of; without it a number is new. */
  before?: Rxswin;
  onClose: () => void;
  onMade: (id: string) => void;
}

/** A number, or a further revision of one, with the exact versions that it stands for. */
export function RegisterDialog({ before, onClose, onMade }: Props) {
  const systems = useQuery(targetSystemsByIdQuery);
  const [draft, setDraft] = useState(() => draftOf(before));
  const body = said(draft, before !== undefined);
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  return (
    <Deed
      title={before ? w.reviseOf(before.number) : w.create}
      action={before ? w.revise : w.register}
      disabled={!body}
      will={
        <>
          <Form>
            {before ? null : (
              <>
                <FormGroup label={w.number} fieldId="rxswin-number" isRequired>
                  <TextInput id="rxswin-number" value={draft.number} onChange={(_event, number) => change({ number })} placeholder={w.numberSuch} />
                </FormGroup>
                <FormChoice
                  id="rxswin-system"
                  label={w.system}
                  value={draft.system}
                  options={systems.data ?? []}
                  none={w.chooseSystem}
                  onChange={(system) => change({ system })}
                />
              </>
            )}
            <Versions rows={draft.rows} onChange={(rows) => change({ rows })} />
            <FormGroup label={w.note} fieldId="rxswin-note">
              <TextArea id="rxswin-note" value={draft.note} onChange={(_event, note) => change({ note })} placeholder={w.noteSuch} rows={2} resizeOrientation="vertical" />
            </FormGroup>
          </Form>
          <p className="aos-quiet">{w.forGood}</p>
        </>
      }
      run={(once) => once((header) => client.POST("/api/v11/rxswins/", { params: { header }, body: body! }))}
      touches={["rxswins"]}
      onDone={(made) => onMade(made.id)}
      onClose={onClose}
    />
  );
}

/** Exact versions, an item each. */
function Versions({ rows, onChange }: { rows: VersionRow[]; onChange: (rows: VersionRow[]) => void }) {
  return (
    <>
      {rows.map((row, index) => (
        <VersionFields
          key={index}
          index={index}
          row={row}
          onChange={(changed) => onChange(rows.map((old, place) => (place === index ? changed : old)))}
          onRemove={rows.length > 1 ? () => onChange(rows.filter((_old, place) => place !== index)) : undefined}
        />
      ))}
      <div>
        <Button variant="secondary" onClick={() => onChange([...rows, NO_ROW])}>
          {w.addItem}
        </Button>
      </div>
    </>
  );
}

interface VersionProps {
  index: number;
  row: VersionRow;
  onChange: (row: VersionRow) => void;
  onRemove?: () => void;
}

function VersionFields({ index, row, onChange, onRemove }: VersionProps) {
  const items = useQuery(itemNamesQuery);
  const versions = useQuery(versionNamesQuery(row.item));
  return (
    <div className="aos-condition">
      <FormChoice
        id={`rxswin-item-${index}`}
        label={w.item}
        value={row.item}
        options={items.data ?? []}
        none={w.chooseItem}
        onChange={(item) => onChange({ item, version: "" })}
      />
      <FormChoice
        id={`rxswin-version-${index}`}
        label={w.version}
        value={row.version}
        options={(versions.data?.items ?? []).map((each) => [each.version, each.version])}
        none={w.chooseVersion}
        disabled={!row.item}
        onChange={(version) => onChange({ ...row, version })}
      />
      {onRemove ? (
        <Button variant="link" isDanger aria-label={w.removeOf(items.data?.get(row.item) ?? "")} onClick={onRemove}>
          {w.removeItem}
        </Button>
      ) : null}
    </div>
  );
}
