import { PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Facts } from "../parts/Facts";
import { bytes } from "../parts/format";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { OfBundle } from "../verification/OfBundle";
import { words } from "../words/en";
import { BundleState } from "./BundleState";
import { bundleQuery } from "./queries";
import { Reasons } from "./Reasons";

const TYPES: Record<string, string> = words.items.types;
const route = getRouteApi("/bundles/$id");
const w = words.bundles;

/** One bundle: what is in it, or why it was refused. */
export function BundlePage() {
  const { id } = route.useParams();
  const bundle = useQuery(bundleQuery(id));
  const may = useMay();
  return (
    <>
      <PageHead
        title={bundle.data?.name ?? w.name}
        above={<WayBack to="/bundles" list={w.title} here={bundle.data?.name ?? id} />}
        beside={bundle.data ? <BundleState state={bundle.data.state} /> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={bundle}>
          {(found) => (
            <div className="aos-stack">
              {found.rejections.length ? (
                <Panel title={w.why}>
                  <Reasons rejections={found.rejections} />
                </Panel>
              ) : null}
              <Panel title={w.items}>
                <SmallTable
                  label={w.items}
                  rows={found.items}
                  id={(item) => item.item_id}
                  none={w.noItems}
                  columns={[
                    {
                      title: words.items.name,
                      cell: (item) => (
                        <Link to="/items/$id" params={{ id: item.item_id }} className="aos-words">
                          {item.codename}
                        </Link>
                      ),
                    },
                    { title: words.items.type, cell: (item) => TYPES[item.type] ?? item.type },
                    { title: words.items.version, cell: (item) => item.version },
                  ]}
                />
              </Panel>
              {may("verification_batches_list") && found.state === "ready" ? <OfBundle bundle={found} /> : null}
              <Panel title={words.units.details}>
                <Facts
                  facts={[
                    [w.file, found.filename],
                    [w.size, bytes(found.size_bytes)],
                    [w.uploaded, <Moment key="at" at={found.created_at} />],
                    [w.digest, <span key="digest" className="aos-id">{found.digest}</span>],
                  ]}
                />
              </Panel>
            </div>
          )}
        </Shown>
      </PageSection>
    </>
  );
}
