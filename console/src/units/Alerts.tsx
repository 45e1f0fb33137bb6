import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { Moment } from "../parts/Moment";
import { Pages } from "../parts/Pages";
import { Panel } from "../parts/Panel";
import { SeverityLabel } from "../parts/SeverityLabel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { words } from "../words/en";
import { ALERTS_EACH, unitAlertsQuery } from "./queries";

const w = words.unitAlerts;

/** What the Unit raised, in its own words. */
export function Alerts({ id }: { id: string }) {
  const [page, setPage] = useState(1);
  const alerts = useQuery(unitAlertsQuery(id, page));
  return (
    <Panel title={w.title}>
      <Shown query={alerts} lines={2}>
        {(found) => (
          <>
            <SmallTable
              label={w.title}
              rows={found.items.map((alert, place) => ({ ...alert, place }))}
              id={(alert) => String(alert.place)}
              none={w.none}
              columns={[
                { title: w.at, cell: (alert) => <Moment at={alert.at} /> },
                { title: w.severity, cell: (alert) => <SeverityLabel severity={alert.severity} /> },
                { title: w.of, cell: (alert) => <span className="aos-words">{ofWords(alert)}</span> },
                { title: w.says, cell: (alert) => <span className="aos-words">{alert.words}</span> },
              ]}
            />
            <Pages total={found.total} each={ALERTS_EACH} page={page} onPage={setPage} />
          </>
        )}
      </Shown>
    </Panel>
  );
}

function ofWords(alert: Schemas["UnitAlertView"]): string {
  if (alert.instance !== null) return w.instance(alert.codename, alert.version, alert.instance);
  return alert.kind === "download" ? w.download : w.node(alert.kind === "core" ? w.core : w.system, alert.node);
}
