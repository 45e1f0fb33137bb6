import { Label, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Choice } from "../parts/Choice";
import { Facts } from "../parts/Facts";
import { bytes } from "../parts/format";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { itemQuery, versionsQuery } from "./queries";
import { AlertsPanel, ResultsPanel } from "./AtOemsPanels";
import { ConfigurationPanel } from "./ConfigurationPanel";
import { NeedsPanel, WherePanel } from "./VersionPanels";

const route = getRouteApi("/items/$id");
const w = words.items;

/** One item and its versions. */
export function ItemPage() {
  const { id } = route.useParams();
  const may = useMay();
  const item = useQuery(itemQuery(id));
  const versions = useQuery({ ...versionsQuery(id), enabled: may("item_versions_list") && item.isSuccess });
  const { version: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const all = versions.data?.items ?? [];
  const chosen = all.find((version) => version.version === asked) ?? all.find((version) => version.state === "ready") ?? all[0];
  return (
    <>
      <PageHead
        title={item.data?.codename ?? w.name}
        above={<WayBack to="/items" list={w.title} here={item.data?.codename ?? id} />}
        beside={item.data ? <Label isCompact>{w.types[item.data.type]}</Label> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={item}>
          {(found) => (
            <div className="aos-stack">
              <Panel title={words.units.details}>
                <Facts
                  facts={[
                    [words.fleets.field, found.title],
                    [w.owner, found.owner_title],
                    [w.newest, found.newest_version ?? "–"],
                    [w.created, <Moment key="at" at={found.created_at} />],
                    [w.description, found.description],
                  ]}
                />
              </Panel>
              <Panel title={w.versions}>
                <Shown query={versions}>
                  {(page) => (
                    <SmallTable
                      label={w.versions}
                      rows={page.items}
                      id={(version) => version.id}
                      none={w.noVersions}
                      columns={[
                        { title: w.version, cell: (version) => <span className="aos-words">{version.version}</span> },
                        { title: w.state, cell: (version) => w.states[version.state] },
                        {
                          title: `${w.platforms}, ${w.size.toLowerCase()}`,
                          cell: (version) =>
                            version.platforms.map((platform, index) => (
                              <div key={platform}>{`${platform}: ${bytes(version.size_bytes[index] ?? 0)}`}</div>
                            )),
                        },
                        {
                          title: words.bundles.name,
                          cell: (version) =>
                            may("deployment_bundles_read") ? (
                              <Link to="/bundles/$id" params={{ id: version.bundle_id }}>
                                {w.itsBundle}
                              </Link>
                            ) : (
                              "–"
                            ),
                        },
                        { title: w.created, cell: (version) => <Moment at={version.created_at} /> },
                      ]}
                    />
                  )}
                </Shown>
              </Panel>
              {may("item_unit_counts_read") ? <WherePanel item={found} list={may("item_units_list")} /> : null}
              {may("item_deployment_counts_read") ? <ResultsPanel item={found} /> : null}
              {may("item_alerts_list") ? <AlertsPanel item={found} /> : null}
              {chosen ? (
                <>
                  {all.length > 1 ? (
                    <div className="aos-row">
                      <Choice
                        label={w.version}
                        any={w.newest}
                        value={asked}
                        options={all.map(({ version }) => ({ value: version, title: version }))}
                        onChoose={(version) => void navigate({ search: { version }, replace: true, resetScroll: false })}
                      />
                    </div>
                  ) : null}
                  <NeedsPanel item={found} version={chosen} />
                  {may("item_configuration_read") ? <ConfigurationPanel item={found} version={chosen} /> : null}
                </>
              ) : null}
            </div>
          )}
        </Shown>
      </PageSection>
    </>
  );
}
