import { Alert, Form, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Confirm } from "../parts/Confirm";
import { Hint } from "../parts/Hint";
import { Picks } from "../parts/Picks";
import { Secret } from "../parts/Secret";
import { meQuery } from "../session/me";
import { words } from "../words/en";
import { makeToken } from "./queries";
import { givable } from "./scopes";

const w = words.tokens;

/** A new token, shown once. */
export function CreateToken({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const [title, setTitle] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState("90");
  const make = useMutation({
    mutationFn: () => makeToken(title, scopes, Number(days)),
    onSettled: () => cache.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const ready = title.trim() !== "" && scopes.length > 0;
  return (
    <Confirm
      title={w.create}
      action={w.createGo}
      busy={make.isPending}
      disabled={!ready}
      done={make.isSuccess}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    >
      {make.data ? (
        <Alert variant="success" isInline title={w.made}>
          <Secret label={make.data.title} value={make.data.token} />
          <p className="aos-above">{w.useHow}</p>
        </Alert>
      ) : (
        <Form>
          <FormGroup label={w.name} fieldId="token-title" isRequired>
            <TextInput id="token-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired autoFocus />
            <Hint>{w.nameHow}</Hint>
          </FormGroup>
          <FormGroup label={w.scopes} role="group" isRequired>
            <Picks label={w.scopes} options={givable(me?.effective_permissions ?? [])} chosen={scopes} onChoose={setScopes} />
            <Hint>{w.scopesHow}</Hint>
          </FormGroup>
          <FormGroup label={w.days} fieldId="token-days">
            <FormSelect id="token-days" value={days} onChange={(_event, chosen) => setDays(chosen)}>
              {Object.entries(w.daysOf).map(([value, label]) => (
                <FormSelectOption key={value} value={value} label={label} />
              ))}
            </FormSelect>
          </FormGroup>
        </Form>
      )}
    </Confirm>
  );
}
