import { Button, Modal, ModalBody, ModalHeader, Pagination } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { ConnectivityLabel, DeploymentLabel } from "../parts/Standing";
import { Loading, Shown } from "../parts/states";
import { words } from "../words/en";
import { itemUnitsQuery, needsQuery, UNITS_EACH, unitCountsQuery, type Item, type Version } from "./queries";

const w = words.items;
const NeedsGraph = lazy(() => import("./NeedsGraph").then((part) => ({ default: part.NeedsGraph })));

/** What a version needs, as a graph. */
export function NeedsPanel({ item, version }: { item: Item; version: Version }) {
  const needs = useQuery(needsQuery(item, version));
  return (
    <Panel title={w.needs}>
      <Shown query={needs} lines={3}>
        {(found) =>
          found.edges.length ? (
            <div className="aos-stack">
              <p className="aos-quiet">{w.needsOf(version.version)}</p>
              <Suspense fallback={<Loading lines={3} />}>
                <NeedsGraph needs={found} />
              </Suspense>
              {found.cut ? <p className="aos-quiet">{w.needsCut}</p> : null}
            </div>
          ) : (
            <p className="aos-quiet">{w.needsNothing}</p>
          )
        }
      </Shown>
    </Panel>
  );
}

/** How many Units have which version, and which they are. */
export function WherePanel({ item, list }: { item: Item; list: boolean }) {
  const counts = useQuery(unitCountsQuery(item.id));
  const [version, setVersion] = useState<string>();
  return (
    <Panel title={w.runs}>
      <div className="aos-stack">
        <p className="aos-quiet">{w.runsHow}</p>
        <Shown query={counts} lines={2}>
          {(found) => (
            <SmallTable
              label={w.runs}
              rows={found.items}
              id={(one) => `${one.version} ${one.state}`}
              none={w.runsNowhere}
              columns={[
                { title: w.version, cell: (one) => <span className="aos-words">{one.version}</span> },
                { title: w.unitState, cell: (one) => one.state },
                {
                  title: w.units,
                  cell: (one) =>
                    list ? (
                      <Button variant="link" isInline onClick={() => setVersion(one.version)}>
                        {one.units.toLocaleString("en")}
                      </Button>
                    ) : (
                      one.units.toLocaleString("en")
                    ),
                },
              ]}
            />
          )}
        </Shown>
      </div>
      {version === undefined ? null : <UnitsWith item={item} version={version} onClose={() => setVersion(undefined)} />}
    </Panel>
  );
}

function UnitsWith({ item, version, onClose }: { item: Item; version: string; onClose: () => void }) {
  const [page, setPage] = useState(1);
  const units = useQuery(itemUnitsQuery(item.id, version, page));
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="with-title" aria-describedby="with-body">
      <ModalHeader title={w.unitsWith(item.codename, version)} labelId="with-title" />
      <ModalBody id="with-body" tabIndex={0}>
        <Shown query={units}>
          {(found) => (
            <div className="aos-stack">
              <SmallTable
                label={w.units}
                rows={found.items}
                id={(unit) => unit.id}
                none={w.runsNowhere}
                columns={[
                  {
                    title: words.units.name,
                    cell: (unit) => (
                      <Link to="/units/$id" params={{ id: unit.system_uid }} className="aos-words">
                        {unit.system_uid}
                      </Link>
                    ),
                  },
                  { title: words.units.deployment, cell: (unit) => <DeploymentLabel state={unit.deployment} /> },
                  { title: words.units.connection, cell: (unit) => <ConnectivityLabel state={unit.online_status} /> },
                ]}
              />
              {found.total > UNITS_EACH ? (
                <Pagination
                  isCompact
                  itemCount={found.total}
                  page={page}
                  perPage={UNITS_EACH}
                  perPageOptions={[]}
                  onSetPage={(_event, next) => setPage(next)}
                />
              ) : null}
            </div>
          )}
        </Shown>
      </ModalBody>
    </Modal>
  );
}
