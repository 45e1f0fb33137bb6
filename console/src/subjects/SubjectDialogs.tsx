import { Form, FormGroup, Radio, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { Confirm } from "../parts/Confirm";
import { Deed } from "../parts/Deed";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { words } from "../words/en";
import { readSubject, type Subject } from "./queries";
import { TYPES } from "./search";

const w = words.subjects;

export function NewSubject({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const [title, setTitle] = useState("");
  const [type, setType] = useState<Subject["type"]>("group");
  return (
    <Deed
      title={w.create}
      disabled={!title.trim()}
      run={(once) => once((header) => client.POST("/api/v11/subjects/", { params: { header }, body: { title, type } }))}
      touches={[["subjects", "list"]]}
      onDone={(made) => onMade(made.id)}
      onClose={onClose}
      will={
        <Form>
          <FormGroup label={w.field} fieldId="subject-title" isRequired>
            <TextInput id="subject-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired />
          </FormGroup>
          <FormGroup label={w.type} role="radiogroup" fieldId="subject-type" isStack>
            {TYPES.map((each) => (
              <Radio
                key={each}
                id={`subject-${each}`}
                name="subject-type"
                label={w.typesHow[each]}
                isChecked={type === each}
                onChange={() => setType(each)}
              />
            ))}
          </FormGroup>
        </Form>
      }
    />
  );
}

export function RenameSubject({ before, onClose }: { before: Marked<Subject>; onClose: () => void }) {
  const [{ thing: subject }] = useState(before); // as it was when one began, whatever is read meanwhile
  const [title, setTitle] = useState(subject.title);
  const change = useChange<Subject>({
    before,
    read: () => readSubject(subject.id),
    write: (mark) =>
      got(
        client.PUT("/api/v11/subjects/{id}/", {
          params: { path: { id: subject.id }, header: ifMatch(mark) },
          body: { title },
        }),
      ),
    touches: ["subjects"],
    onDone: onClose,
  });
  return (
    <Confirm
      title={w.rename}
      action={change.theirs ? words.fleets.saveMine : words.fleets.save}
      busy={change.busy}
      disabled={!title.trim() || title === (change.theirs ?? subject).title}
      error={change.error}
      onConfirm={change.save}
      onClose={onClose}
    >
      {change.theirs ? <Meanwhile fields={[[w.field, subject.title, change.theirs.title]]} /> : null}
      <Form>
        <FormGroup label={w.field} fieldId="subject-title" isRequired>
          <TextInput id="subject-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired />
        </FormGroup>
      </Form>
    </Confirm>
  );
}
