import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Facts } from "../parts/Facts";
import { span } from "../parts/format";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { alertsInWords } from "../targetSystems/inWords";
import { words } from "../words/en";
import { healthInWords, quotasInWords, startsInWords, withMode } from "./inWords";
import { configurationQuery, type Configuration, type Item, type Version } from "./queries";

const w = words.configuration;
const items = words.items;

/** How instances of a version run: what an assignment may say otherwise, and what was signed. */
export function ConfigurationPanel({ item, version }: { item: Item; version: Version }) {
  const read = useQuery(configurationQuery(item.id, version.version));
  return (
    <Panel title={`${w.title}: ${version.version}`}>
      <div className="aos-stack">
        <p className="aos-quiet">{w.how}</p>
        <Facts
          columns={3}
          facts={[
            [items.instances, String(version.num_instances)],
            [items.priority, items.priorityOf(version.priority)],
            [items.labels, version.labels.join(", ") || items.anyNode],
            ...(version.state_limit_bytes ? [] : [[items.stateLimit, items.noState] as [string, string]]),
          ]}
        />
        <Shown query={read} lines={6}>
          {(found) => <Signed found={found} />}
        </Shown>
      </div>
    </Panel>
  );
}

function Signed({ found }: { found: Configuration }) {
  const quotas = quotasInWords(found.quotas);
  return (
    <>
      <Part title={w.quotas}>
        {found.limited ? null : <p className="aos-quiet">{w.notHeld}</p>}
        {quotas.length ? <Facts columns={3} facts={quotas} /> : <p className="aos-quiet">{w.none}</p>}
      </Part>
      <Part title={w.running}>
        <Facts
          columns={3}
          facts={[
            [w.health, healthInWords(found.health_check)],
            [w.starts, startsInWords(found.starts)],
            [w.offline, found.offline_ttl_s === null ? "" : w.offlineFor(span(found.offline_ttl_s))],
            [w.alerts, alertsInWords({ alert_rules: found.alerts }).join("; ")],
            [w.runtimes, found.runtimes.join(", ")],
            [w.balancing, found.balancing ? w.balanced : w.stays],
            [w.rootfs, found.node_rootfs ? w.ofNode : w.ofItem],
            [w.hostname, found.hostname],
          ]}
        />
      </Part>
      <Part title={w.connections}>
        <Facts
          columns={3}
          facts={[
            [w.reaches, found.connections.map((to) => `${to.host} ${to.port}/${to.protocol}`).join(", ") || w.reachesNothing],
            [w.devices, found.devices.map((device) => withMode(device.name, device.mode)).join(", ")],
            ...Object.entries(found.permissions).map(([service, scopes]): [string, string] => [
              w.permissions(service),
              Object.entries(scopes).map(([scope, mode]) => withMode(scope, mode)).join(", "),
            ]),
            [w.sysctl, Object.entries(found.sysctl).map(([name, value]) => `${name}=${value}`).join(", ")],
          ]}
        />
      </Part>
      <Part title={w.images}>
        <SmallTable
          label={w.images}
          rows={found.images}
          id={(image) => image.platform}
          none=""
          columns={[
            { title: w.platform, cell: (image) => image.platform },
            { title: w.command, cell: (image) => <code className="aos-words">{image.command.join(" ") || w.noCommand}</code> },
            { title: w.folder, cell: (image) => image.working_dir },
            { title: w.ports, cell: (image) => image.ports.join(", ") || "–" },
            { title: w.variables, cell: (image) => <span className="aos-words">{image.variables.join(", ") || "–"}</span> },
          ]}
        />
        <p className="aos-quiet">{w.variablesHow}</p>
        <Facts facts={[[w.author, found.author]]} />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="aos-stack-tight" aria-label={title}>
      <h3 className="aos-part">{title}</h3>
      {children}
    </section>
  );
}
