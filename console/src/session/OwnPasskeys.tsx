import { Button, Form, FormGroup, TextInput } from "@patternfly/react-core";
import { ActionsColumn } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Problem } from "../api/problem";
import { Deed } from "../parts/Deed";
import { Hint } from "../parts/Hint";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { words } from "../words/en";
import { deviceWords } from "./device";
import { addPasskey, passkeysHere } from "./passkeys";
import { ownPasskeysQuery, type Passkey } from "./queries";

const w = words.account;

type Open = { kind: "add" } | { kind: "rename" | "remove"; passkey: Passkey };

/** One's own passkeys. */
export function OwnPasskeys() {
  const passkeys = useQuery(ownPasskeysQuery);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  return (
    <Panel
      title={w.passkeys}
      beside={
        passkeysHere() ? (
          <Button variant="secondary" size="sm" onClick={() => setOpen({ kind: "add" })}>
            {w.add}
          </Button>
        ) : null
      }
    >
      <p className="aos-quiet">{passkeysHere() ? w.passkeysHow : words.session.passkeyNone}</p>
      <Shown query={passkeys} lines={2}>
        {(page) => (
          <SmallTable
            label={w.passkeys}
            rows={page.items}
            id={(one) => one.id}
            none={w.passkeysNone}
            columns={[
              {
                title: w.passkey,
                cell: (one) => (
                  <span className="aos-words">
                    {one.title} <span className="aos-quiet">{one.synced ? w.synced : w.onDevice}</span>
                  </span>
                ),
              },
              { title: w.lastUsed, cell: (one) => <Moment at={one.last_used_at} ago /> },
              { title: w.created, cell: (one) => <Moment at={one.created_at} /> },
              {
                title: words.units.actions,
                cell: (one) => (
                  <ActionsColumn
                    items={[
                      { title: w.rename, onClick: () => setOpen({ kind: "rename", passkey: one }) },
                      { title: w.remove, isDanger: true, onClick: () => setOpen({ kind: "remove", passkey: one }) },
                    ]}
                  />
                ),
              },
            ]}
          />
        )}
      </Shown>
      {open?.kind === "add" ? <PasskeyDialog onClose={close} /> : null}
      {open?.kind === "rename" ? <PasskeyDialog passkey={open.passkey} onClose={close} /> : null}
      {open?.kind === "remove" ? <RemovePasskey passkey={open.passkey} onClose={close} /> : null}
    </Panel>
  );
}

/** A new passkey, or another name for one. */
function PasskeyDialog({ passkey, onClose }: { passkey?: Passkey; onClose: () => void }) {
  const [title, setTitle] = useState(passkey?.title ?? deviceWords(navigator.userAgent));
  return (
    <Deed
      title={passkey ? w.rename : w.add}
      action={passkey ? w.save : w.addGo}
      disabled={!title.trim() || title === passkey?.title}
      run={() =>
        passkey
          ? got(client.PUT("/api/v11/users/me/passkeys/{id}/", { params: { path: { id: passkey.id } }, body: { title } }))
          : addPasskey(title).catch((error: unknown) => {
              throw error instanceof Problem ? error : new Error(words.session.passkeyNot);
            })
      }
      touches={["passkeys"]}
      onClose={onClose}
      will={
        <Form>
          <FormGroup label={w.passkeyName} fieldId="passkey-title" isRequired>
            <TextInput id="passkey-title" value={title} onChange={(_event, typed) => setTitle(typed)} isRequired autoFocus />
            <Hint>{passkey ? w.passkeyNameHow : `${w.passkeyNameHow} ${w.addHow}`}</Hint>
          </FormGroup>
        </Form>
      }
    />
  );
}

function RemovePasskey({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  return (
    <Deed
      title={w.removeTitle}
      action={w.remove}
      danger
      will={w.removeWill(passkey.title)}
      run={() => got(client.DELETE("/api/v11/users/me/passkeys/{id}/", { params: { path: { id: passkey.id } } }))}
      touches={["passkeys", "sessions", "me"]}
      onClose={onClose}
    />
  );
}
