import { Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { keysQuery } from "../enrolment/queries";
import { KeyState } from "../enrolment/KeyState";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { CONNECTIVITIES, DEPLOYMENTS } from "../parts/standings";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { setsQuery } from "../sets/queries";
import { SelectorText } from "../sets/SetsPage";
import { words } from "../words/en";
import { FleetDialog, RemoveFleet } from "./FleetDialogs";
import { fleetCountsQuery, fleetQuery } from "./queries";

const route = getRouteApi("/fleets/$id");
const w = words.fleets;
const ALL_SETS = 200; // a fleet has no more

/** One fleet: how its Units stand, its sets, and whose it is. */
export function FleetPage() {
  const { id } = route.useParams();
  const may = useMay();
  const navigate = useNavigate();
  const fleet = useQuery({ ...fleetQuery(id), enabled: may("fleets_read") });
  const [open, setOpen] = useState<"rename" | "remove">();
  const title = fleet.data?.thing.title ?? id;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/fleets" list={w.title} here={title} />}
        actions={
          fleet.data ? (
            <span className="aos-row">
              {may("fleets_update") ? (
                <Button variant="secondary" onClick={() => setOpen("rename")}>{w.rename}</Button>
              ) : null}
              {may("fleets_delete") ? (
                <Button variant="secondary" isDanger onClick={() => setOpen("remove")}>{w.remove}</Button>
              ) : null}
            </span>
          ) : null
        }
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={fleet} lines={8}>
          {({ thing }) => (
            <div className="aos-stack">
              {may("unit_counts_read") ? <Figures id={thing.id} /> : null}
              <div className="aos-columns">
                {may("unit_sets_list") ? <Sets id={thing.id} /> : null}
                <Panel title={w.owners}>
                  {thing.owners.length ? (
                    <ul className="aos-lines">
                      {thing.owners.map((owner) => (
                        <li key={owner}><span className="aos-name">{owner}</span></li>
                      ))}
                    </ul>
                  ) : (
                    <p className="aos-quiet">{w.noOwners}</p>
                  )}
                  <div className="aos-above">
                    <Facts columns={1} facts={[[w.created, <Moment key="created" at={thing.created_at} />]]} />
                  </div>
                </Panel>
              </div>
              {may("enrolment_keys_list") ? <Keys id={thing.id} /> : null}
            </div>
          )}
        </Shown>
      </PageSection>
      {fleet.data && open === "rename" ? <FleetDialog before={fleet.data} onClose={() => setOpen(undefined)} /> : null}
      {fleet.data && open === "remove" ? (
        <RemoveFleet
          fleet={fleet.data.thing}
          onClose={() => setOpen(undefined)}
          onGone={() => void navigate({ to: "/fleets" })}
        />
      ) : null}
    </>
  );
}

function Figures({ id }: { id: string }) {
  const counts = useQuery(fleetCountsQuery(id));
  const show = (
    <Link to="/units" search={{ fleet: id }}>
      {w.showUnits}
    </Link>
  );
  return (
    <Panel title={w.units} beside={show}>
      <Shown query={counts} lines={3}>
        {({ total, deployment, online_status }) => (
          <div className="aos-stack">
            <p className="aos-quiet">{w.unitsOf(total)}</p>
            <div className="aos-figures">
              {DEPLOYMENTS.map((state) => (
                <Link
                  key={state}
                  to="/units"
                  search={{ fleet: id, deployment: state, lifecycle: "provisioned" }}
                  className={figure(deployment[state])}
                >
                  <strong>{(deployment[state] ?? 0).toLocaleString("en")}</strong> {words.deployment[state]}
                </Link>
              ))}
            </div>
            <div className="aos-figures">
              {CONNECTIVITIES.map((state) => (
                <Link
                  key={state}
                  to="/units"
                  search={{ fleet: id, online: state, lifecycle: "provisioned" }}
                  className={figure(online_status[state])}
                >
                  <strong>{(online_status[state] ?? 0).toLocaleString("en")}</strong> {words.connectivity[state]}
                </Link>
              ))}
            </div>
          </div>
        )}
      </Shown>
    </Panel>
  );
}

function figure(count: number | undefined): string {
  return count ? "aos-figure" : "aos-figure aos-figure-none";
}

function Sets({ id }: { id: string }) {
  const sets = useQuery(setsQuery({ fleet: id, per: ALL_SETS }));
  return (
    <Panel title={w.sets}>
      <Shown query={sets} lines={3}>
        {({ items }) => (
          <SmallTable
            label={w.sets}
            rows={items}
            id={(set) => set.id}
            none={w.noSets}
            columns={[
              {
                title: words.sets.name,
                cell: (set) => <Link to="/sets/$id" params={{ id: set.id }} className="aos-name aos-short">{set.title}</Link>,
              },
              { title: words.sets.units, cell: (set) => set.units.toLocaleString("en") },
              { title: words.sets.selector, cell: (set) => <SelectorText selector={set.selector} /> },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}

function Keys({ id }: { id: string }) {
  const keys = useQuery(keysQuery({ fleet: id }));
  return (
    <Panel title={w.keys}>
      <Shown query={keys} lines={3}>
        {({ items }) => (
          <SmallTable
            label={w.keys}
            rows={items}
            id={(key) => key.id}
            none={w.noKeys}
            columns={[
              {
                title: words.enrolment.key,
                cell: (key) => <Link to="/enrolment-keys" search={{ fleet: id }} className="aos-name">{key.title}</Link>,
              },
              { title: words.enrolment.state, cell: (key) => <KeyState state={key.state} /> },
              { title: words.enrolment.used, cell: (key) => words.enrolment.usedOf(key.used, key.units) },
              { title: words.enrolment.ends, cell: (key) => <Moment at={key.expires_at} /> },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}
