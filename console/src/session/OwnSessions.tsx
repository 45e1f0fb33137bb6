import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Panel } from "../parts/Panel";
import { Shown } from "../parts/states";
import { words } from "../words/en";
import { deviceWords } from "./device";
import { ownSessionsQuery, type WebSession } from "./queries";
import { Sessions } from "./Sessions";

const w = words.account;

/** Where one is signed in oneself. */
export function OwnSessions() {
  const sessions = useQuery(ownSessionsQuery);
  const [ending, setEnding] = useState<WebSession | "others">();
  const current = sessions.data?.items.some((one) => one.current) ?? false;
  const others = sessions.data?.items.filter((one) => !one.current).length ?? 0;
  return (
    <Panel
      title={w.sessions}
      beside={
        others ? (
          <Button variant="secondary" size="sm" isDanger onClick={() => setEnding("others")}>
            {current ? w.endOthers : w.endAll}
          </Button>
        ) : null
      }
    >
      <p className="aos-quiet">{w.sessionsHow}</p>
      <Shown query={sessions} lines={2}>
        {(page) => <Sessions rows={page.items} none={w.sessionsNone} onEnd={setEnding} />}
      </Shown>
      {ending === "others" ? <EndOthers count={others} current={current} onClose={() => setEnding(undefined)} /> : null}
      {ending && ending !== "others" ? <EndOwn session={ending} onClose={() => setEnding(undefined)} /> : null}
    </Panel>
  );
}

function EndOwn({ session, onClose }: { session: WebSession; onClose: () => void }) {
  return (
    <Deed
      title={w.endTitle}
      action={w.end}
      danger
      will={session.current ? w.endThisWill : w.endWill(deviceWords(session.device))}
      run={() => got(client.DELETE("/api/v11/users/me/sessions/{id}/", { params: { path: { id: session.id } } }))}
      touches={["sessions", "me"]}
      onClose={onClose}
    />
  );
}

function EndOthers({ count, current, onClose }: { count: number; current: boolean; onClose: () => void }) {
  const params = { query: { but_this: true } };
  return (
    <Deed
      title={current ? w.endOthers : w.endAll}
      action={w.end}
      danger
      will={current ? w.endOthersWill(count) : w.endAllWill(count)}
      run={() => got(client.DELETE("/api/v11/users/me/sessions/", { params }))}
      touches={["sessions", "me"]}
      onClose={onClose}
    />
  );
}
