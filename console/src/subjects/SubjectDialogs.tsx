import { Form, FormGroup, Radio, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { ifMatch, type Marked } from "../api/marked";
import { Confirm } from "../parts/Confirm";
import { Meanwhile } from "../parts/Meanwhile";
import { useChange } from "../parts/useChange";
import { words } from "../words/en";
import { readSubject, type Subject } from "./queries";
import { TYPES } from "./search";

const w = words.subjects;

export function NewSubject({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const cache = useQueryClient();
  const [title, setTitle] = useState("");
  const [type, setType] = useState<Subject["type"]>("group");
  const make = useMutation({
    mutationFn: () => got(client.POST("/api/v11/subjects/", { body: { title, type } })),
    onSuccess: (made) => {
      void cache.invalidateQueries({ queryKey: ["subjects", "list"] });
      onMade(made.id);
    },
  });
  return (
    <Confirm
      title={w.create}
      action={w.create}
      busy={make.isPending}
      disabled={!title.trim()}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    >
      <Form onSubmit={(event) => event.preventDefault()}>
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
    </Confirm>
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
      <Form onSubmit={(event) => event.preventDefault()}>
        <FormGroup label={w.field} fieldId="subject-title" isRequired>
          <TextInput id="subject-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired />
        </FormGroup>
      </Form>
    </Confirm>
  );
}

interface Deed {
  title: string;
  will: string;
  work: () => Promise<unknown>;
  onDone?: () => void;
  danger?: boolean;
}

/** A deed in one sentence. */
export function DoIt({ title, will, work, onDone, danger = true, onClose }: Deed & { onClose: () => void }) {
  const cache = useQueryClient();
  const deed = useMutation({
    mutationFn: work,
    onSuccess: () => {
      (onDone ?? onClose)();
      void cache.invalidateQueries({ queryKey: ["subjects"] });
      void cache.invalidateQueries({ queryKey: ["units"] });
    },
  });
  return (
    <Confirm
      title={title}
      action={title}
      danger={danger}
      busy={deed.isPending}
      error={deed.error}
      onConfirm={() => deed.mutate()}
      onClose={onClose}
    >
      <p className="aos-words">{will}</p>
    </Confirm>
  );
}
