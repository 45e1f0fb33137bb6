import { Button } from "@patternfly/react-core";
import { useState } from "react";
import { Panel } from "../parts/Panel";
import { words } from "../words/en";
import { CreateToken } from "./CreateToken";
import { Tokens } from "./Tokens";

const w = words.tokens;

/** One's own API tokens, and the way to one more. */
export function TokensPanel({ user }: { user: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel
      title={w.title}
      beside={
        <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
          {w.create}
        </Button>
      }
    >
      <p className="aos-quiet">{w.how}</p>
      <Tokens user={user} />
      {open ? <CreateToken onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}
