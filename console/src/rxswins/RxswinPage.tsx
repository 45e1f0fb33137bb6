import { Button, Label, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { ExactVersions } from "../items/ExactVersions";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { NotAllowed, Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useNames } from "../people/useNames";
import { useMay } from "../session/me";
import { targetSystemsByIdQuery } from "../targetSystems/queries";
import { words } from "../words/en";
import { checkQuery, rxswinQuery, type Check, type Rxswin } from "./queries";
import { RegisterDialog } from "./RegisterDialog";

const route = getRouteApi("/rxswins/$id");
const w = words.rxswins;

/** One revision of a number: the exact versions that it stands for, and whether Units report them. */
export function RxswinPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const [revising, setRevising] = useState(false);
  const may = useMay();
  const found = useQuery({ ...rxswinQuery(id), enabled: may("rxswins_read") });
  const systems = useQuery({ ...targetSystemsByIdQuery, enabled: may("target_systems_list") }).data;
  if (!may("rxswins_read")) return <NotAllowed />;
  const title = found.data?.number ?? w.name;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/rxswins" list={w.title} here={title} />}
        beside={found.data ? <Label isCompact color="blue">{w.revisionOf(found.data.revision)}</Label> : null}
        actions={found.data && may("rxswins_create") ? <Button variant="secondary" onClick={() => setRevising(true)}>{w.revise}</Button> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={found} lines={8}>
          {(one) => <Whole one={one} system={systems?.get(one.target_system_id) ?? one.target_system_id} />}
        </Shown>
      </PageSection>
      {revising && found.data ? (
        <RegisterDialog
          before={found.data}
          onClose={() => setRevising(false)}
          onMade={(made) => void navigate({ to: "/rxswins/$id", params: { id: made } })}
        />
      ) : null}
    </>
  );
}

function Whole({ one, system }: { one: Rxswin; system: string }) {
  const may = useMay();
  const names = useNames();
  return (
    <div className="aos-stack">
      <Facts
        columns={3}
        facts={[
          [w.system, <Link key="system" to="/target-systems/$id" params={{ id: one.target_system_id }}>{system}</Link>],
          [w.registered, <Moment key="at" at={one.created_at} />],
          [w.by, names(one.created_by, one.people)],
          [w.note, one.note],
        ]}
      />
      <Panel title={w.versions}>
        <ExactVersions label={w.versions} versions={one.items} />
      </Panel>
      {may("rxswins_check") ? <Reported one={one} system={system} /> : null}
      <p className="aos-quiet">
        {w.forGood} <Link to="/rxswins" search={{ name: one.number, system: one.target_system_id }}>{w.revisions}</Link>
      </p>
    </div>
  );
}

/** Whether what is registered is what Units of the vehicle type say that they have. */
function Reported({ one, system }: { one: Rxswin; system: string }) {
  const check = useQuery(checkQuery(one.target_system_id));
  return (
    <Panel title={w.check}>
      <Shown query={check} lines={3}>
        {(found) => (
          <div className="aos-stack">
            <p>{w.checked(found.numbers.find((each) => each.id === one.id)?.units ?? 0, system)}</p>
            <p className="aos-quiet">{w.checkAll(found.units, found.consistent, found.differing_total, found.silent)}</p>
            {found.differing.length ? <Differing found={found} /> : null}
          </div>
        )}
      </Shown>
    </Panel>
  );
}

function Differing({ found: { differing, differing_total: total } }: { found: Check }) {
  return (
    <>
      <SmallTable
        label={w.differing}
        rows={differing}
        id={(each) => each.unit_id}
        none=""
        columns={[
          {
            title: w.unit,
            cell: (each) => (
              <Link to="/units/$id" params={{ id: each.system_uid }} className="aos-name aos-short">{each.system_uid}</Link>
            ),
          },
          { title: w.differs, cell: (each) => <span className="aos-words">{each.differs.join(", ") || w.nothing}</span> },
          { title: w.matches, cell: (each) => <span className="aos-words">{each.matches.join(", ") || "–"}</span> },
        ]}
      />
      {total > differing.length ? <p className="aos-quiet">{w.more(total - differing.length)}</p> : null}
    </>
  );
}
