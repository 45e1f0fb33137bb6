import { Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AuditLines } from "../audit/AuditLines";
import { recentQuery } from "../audit/queries";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { ConnectivityLabel, DeploymentLabel } from "../parts/Standing";
import { CONNECTIVITIES, DEPLOYMENTS } from "../parts/standings";
import { Empty, Shown } from "../parts/states";
import { meQuery, useMay } from "../session/me";
import { countsQuery } from "../units/queries";
import { words } from "../words/en";
import { Attention } from "./Attention";

const w = words.overview;

/** Fleet health at a glance, what needs a person, and what was changed last. */
export function OverviewPage() {
  const may = useMay();
  return (
    <>
      <PageHead title={w.title} />
      <PageSection hasBodyWrapper={false}>
        <div className="aos-stack">
          {may("unit_counts_read") ? <Health /> : <Account />}
          <div className="aos-columns">
            <Attention />
            {may("audit_list") ? <Recent /> : null}
          </div>
        </div>
      </PageSection>
    </>
  );
}

function Health() {
  const counts = useQuery(countsQuery);
  return (
    <Shown query={counts} lines={6}>
      {(found) =>
        found.total === 0 ? (
          <Panel title={w.health}>
            <Empty title={w.noUnits}>{w.noUnitsHow}</Empty>
          </Panel>
        ) : (
          <>
            <Panel title={w.health}>
              <div className="aos-stack">
                <p className="aos-quiet">{w.healthOf(found.total)}</p>
                <div className="aos-figures">
                  {DEPLOYMENTS.map((state) => (
                    <Link
                      key={state}
                      to="/units"
                      search={{ deployment: state, lifecycle: "provisioned" }}
                      className={`aos-figure${found.deployment[state] ? "" : " aos-figure-none"}`}
                    >
                      <strong>{(found.deployment[state] ?? 0).toLocaleString("en")}</strong>
                      <DeploymentLabel state={state} />
                    </Link>
                  ))}
                </div>
              </div>
            </Panel>
            <Panel title={w.connectivity}>
              <div className="aos-figures">
                {CONNECTIVITIES.map((state) => (
                  <Link
                    key={state}
                    to="/units"
                    search={{ online: state, lifecycle: "provisioned" }}
                    className={`aos-figure${found.online_status[state] ? "" : " aos-figure-none"}`}
                  >
                    <strong>{(found.online_status[state] ?? 0).toLocaleString("en")}</strong>
                    <ConnectivityLabel state={state} />
                  </Link>
                ))}
              </div>
            </Panel>
          </>
        )
      }
    </Shown>
  );
}

function Recent() {
  const recent = useQuery(recentQuery);
  return (
    <Panel
      title={w.recent}
      beside={
        <Button variant="link" isInline component={(props) => <Link {...props} to="/audit" />}>
          {w.all}
        </Button>
      }
    >
      <Shown query={recent}>{(page) => <AuditLines linked lines={page.items} none={w.recentNone} />}</Shown>
    </Panel>
  );
}

/** For roles that see no Unit: who they are here. */
function Account() {
  const { data: me } = useQuery(meQuery);
  return (
    <Panel title={[me?.username, me?.role].filter(Boolean).join(" · ")}>
      <p>{w.accountBody}</p>
    </Panel>
  );
}
