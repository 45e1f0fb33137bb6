import { Label, Pagination } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { words } from "../words/en";
import { ALERTS_EACH, deploymentCountsQuery, itemAlertsQuery, type Item, type ItemAlert } from "./queries";

const w = words.items;
const COLORS = { info: "grey", warning: "yellow", error: "red", critical: "red" } as const;

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
                  {
                    title: w.severity,
                    cell: (alert) => (
                      <Label isCompact color={COLORS[alert.severity]}>
                        {w.severities[alert.severity]}
                      </Label>
                    ),
                  },
                  { title: w.oem, cell: (alert) => <span className="aos-words">{alert.oem_title}</span> },
                  { title: w.instance, cell: (alert) => w.instanceOn(alert.instance, alert.unit) },
                  { title: w.version, cell: (alert) => <span className="aos-words">{alert.version || "–"}</span> },
                  { title: w.what, cell: (alert) => <span className="aos-words">{what(alert)}</span> },
                ]}
              />
              {found.total > ALERTS_EACH ? (
                <Pagination
                  isCompact
                  itemCount={found.total}
                  page={page}
                  perPage={ALERTS_EACH}
                  perPageOptions={[]}
                  onSetPage={(_event, next) => setPage(next)}
                />
              ) : null}
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
