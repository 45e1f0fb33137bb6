import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Moment } from "../parts/Moment";
import { Pages } from "../parts/Pages";
import { Panel } from "../parts/Panel";
import { SeverityLabel } from "../parts/SeverityLabel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { words } from "../words/en";
import { ALERTS_EACH, deploymentCountsQuery, itemAlertsQuery, type Item, type ItemAlert } from "./queries";

const w = words.items;

/** How many instances of a Service Provider's item run where OEMs let it see them. */
export function ResultsPanel({ item }: { item: Item }) {
  const counts = useQuery(deploymentCountsQuery(item.id));
  return (
    <Panel title={w.atOems}>
      <div className="aos-stack">
        <p className="aos-quiet">{w.atOemsHow}</p>
        <Shown query={counts} lines={2}>
          {(found) => (
            <SmallTable
              label={w.atOems}
              rows={found.items}
              id={(one) => `${one.oem_id} ${one.version} ${one.state}`}
              none={w.atOemsNone}
              columns={[
                { title: w.oem, cell: (one) => <span className="aos-words">{one.oem_title}</span> },
                { title: w.version, cell: (one) => <span className="aos-words">{one.version}</span> },
                { title: w.unitState, cell: (one) => one.state },
                { title: w.running, cell: (one) => one.instances.toLocaleString("en") },
              ]}
            />
          )}
        </Shown>
      </div>
    </Panel>
  );
}

/** Alerts of its instances where OEMs let it see them, newest first. */
export function AlertsPanel({ item }: { item: Item }) {
  const [page, setPage] = useState(1);
  const alerts = useQuery(itemAlertsQuery(item.id, page));
  return (
    <Panel title={w.alerts}>
      <div className="aos-stack">
        <p className="aos-quiet">{w.alertsHow}</p>
        <Shown query={alerts} lines={2}>
          {(found) => (
            <>
              <SmallTable
                label={w.alerts}
                rows={found.items.map((alert, place) => ({ ...alert, place }))}
                id={(alert) => String(alert.place)}
                none={w.alertsNone}
                columns={[
                  { title: w.at, cell: (alert) => <Moment at={alert.at} /> },
                  { title: w.severity, cell: (alert) => <SeverityLabel severity={alert.severity} /> },
                  { title: w.oem, cell: (alert) => <span className="aos-words">{alert.oem_title}</span> },
                  { title: w.instance, cell: (alert) => w.instanceOn(alert.instance, alert.unit) },
                  { title: w.version, cell: (alert) => <span className="aos-words">{alert.version || "–"}</span> },
                  { title: w.what, cell: (alert) => <span className="aos-words">{what(alert)}</span> },
                ]}
              />
              <Pages total={found.total} each={ALERTS_EACH} page={page} onPage={setPage} />
            </>
          )}
        </Shown>
      </div>
    </Panel>
  );
}

function what(alert: ItemAlert): string {
  if (alert.kind === "device") return w.kinds.device(alert.about);
  return alert.kind === "quota" ? w.kinds.quota(alert.about, alert.value, alert.state) : w.kinds.instance;
}
