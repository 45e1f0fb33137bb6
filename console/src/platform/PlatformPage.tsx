import { Alert, Label, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Facts } from "../parts/Facts";
import { bytes } from "../parts/format";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { NotAllowed, Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { platformQuery, type Platform } from "./queries";

const w = words.platform;

/** The installation, for whoever runs it: whether it is well, what it does by itself, what it was set to. */
export function PlatformPage() {
  const may = useMay();
  const platform = useQuery({ ...platformQuery, enabled: may("platform_read") });
  if (!may("platform_read")) return <NotAllowed />;
  const status = platform.data?.status;
  return (
    <>
      <PageHead
        title={w.title}
        beside={
          status ? (
            <Label isCompact status={status === "well" ? "success" : "danger"}>
              {w.statuses[status]}
            </Label>
          ) : null
        }
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={platform} lines={10}>
          {(found) => (
            <div className="aos-stack">
              {found.trouble.map((one) => (
                <Alert key={one} variant="danger" isInline title={one} />
              ))}
              <Health found={found} />
              <Tasks found={found} />
              <Panel title={w.settings}>
                <div className="aos-stack">
                  <p className="aos-quiet">{w.settingsHow}</p>
                  <SmallTable
                    label={w.settings}
                    rows={found.settings}
                    id={(setting) => setting.name}
                    none="–"
                    columns={[
                      { title: w.setting, cell: (setting) => <span className="aos-id">{setting.name}</span> },
                      {
                        title: w.value,
                        cell: (setting) =>
                          setting.value ? (
                            <span className="aos-id">{setting.value}</span>
                          ) : (
                            <span className="aos-quiet">{w.empty}</span>
                          ),
                      },
                    ]}
                  />
                </div>
              </Panel>
            </div>
          )}
        </Shown>
      </PageSection>
    </>
  );
}

function Health({ found }: { found: Platform }) {
  return (
    <Panel title={w.health}>
      <Facts
        facts={[
          [w.version, found.version],
          [w.started, <Moment key="started" at={found.started_at} />],
          [w.database, w.databases[found.database]],
          [w.disk, w.diskFree(bytes(found.disk_free_bytes), bytes(found.disk_bytes))],
        ]}
      />
    </Panel>
  );
}

function Tasks({ found }: { found: Platform }) {
  const took = (from: string, to: string) => `${Math.max(0, Date.parse(to) - Date.parse(from)).toLocaleString("en")} ms`;
  return (
    <Panel title={w.tasks}>
      <SmallTable
        label={w.tasks}
        rows={found.tasks}
        id={(task) => task.name}
        none={w.noTasks}
        columns={[
          { title: w.task, cell: (task) => <span className="aos-words">{w.names[task.name] ?? task.name}</span> },
          { title: w.lastRun, cell: (task) => <Moment at={task.ended_at} ago /> },
          { title: w.took, cell: (task) => <span className="aos-nowrap">{took(task.started_at, task.ended_at)}</span> },
          {
            title: w.result,
            cell: (task) =>
              task.failure ? (
                <Label isCompact status="danger">
                  {task.failure}
                </Label>
              ) : (
                <span className="aos-words">{task.words || "–"}</span>
              ),
          },
        ]}
      />
    </Panel>
  );
}
