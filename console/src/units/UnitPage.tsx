import { Label, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { ConnectivityLabel, DeploymentLabel } from "../parts/Standing";
import { Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Alerts } from "./Alerts";
import { CloneWarning } from "./CloneWarning";
import { Chain } from "./Chain";
import { Labels } from "./columns";
import { Nodes } from "./Nodes";
import { unitQuery, type UnitDetail } from "./queries";
import { UnitActions } from "./UnitActions";
import { Certificates, Instances, Items, Timeline } from "./UnitParts";
import { Variables } from "./Variables";
import { Why } from "./Why";

const route = getRouteApi("/units/$id");

/** One Unit: how it stands and why, first; then what it is, and what runs on it. */
export function UnitPage() {
  const { id } = route.useParams();
  const may = useMay();
  const unit = useQuery({ ...unitQuery(id), enabled: may("units_read") });
  return (
    <>
      <PageHead
        title={unit.data?.system_uid ?? id}
        above={<WayBack to="/units" list={words.units.title} here={unit.data?.system_uid ?? id} />}
        beside={
          unit.data ? (
            <span className="aos-row">
              <DeploymentLabel state={unit.data.deployment} />
              <ConnectivityLabel state={unit.data.online_status} />
              {unit.data.status === "provisioned" ? null : <Label isCompact>{words.lifecycle[unit.data.status]}</Label>}
            </span>
          ) : null
        }
        actions={unit.data ? <UnitActions unit={unit.data} /> : null}
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={unit} lines={12}>
          {(found) => <Whole unit={found} />}
        </Shown>
      </PageSection>
    </>
  );
}

function Whole({ unit }: { unit: UnitDetail }) {
  const may = useMay();
  return (
    <div className="aos-stack">
      <CloneWarning unit={unit} />
      <Why unit={unit} />
      {may("units_explain") ? <Chain unit={unit} /> : null}
      <Panel title={words.units.items}>
        <Items unit={unit} />
      </Panel>
      <Panel title={words.units.instances}>
        <Instances unit={unit} />
      </Panel>
      {may("unit_alerts_list") ? <Alerts id={unit.id} /> : null}
      {may("unit_variables_list") ? <Variables unit={unit} /> : null}
      <Panel title={words.units.nodes}>
        <Nodes unit={unit} />
      </Panel>
      <Panel title={words.units.details}>
        <Details unit={unit} />
      </Panel>
      {may("unit_certificates_list") ? (
        <Panel title={words.units.certificates}>
          <Certificates id={unit.id} />
        </Panel>
      ) : null}
      {may("audit_list") ? (
        <Panel title={words.units.timeline}>
          <Timeline unit={unit} />
        </Panel>
      ) : null}
    </div>
  );
}

function Details({ unit }: { unit: UnitDetail }) {
  return (
    <Facts
      columns={3}
      facts={[
        [words.units.inCloud, <span key="id" className="aos-id">{unit.id}</span>],
        [words.units.model, [unit.model_name, unit.model_version].filter(Boolean).join(" ")],
        [words.units.fleet, <Link key="fleet" to="/units" search={{ fleet: unit.fleet_id }}>{unit.fleet_title}</Link>],
        [words.units.targetSystem, unit.target_system_title],
        [words.units.sets, unit.sets.join(", ")],
        [words.units.subjects, unit.subjects.join(", ")],
        [words.units.labels, <Labels key="labels" labels={unit.labels} />],
        [words.units.lastSeen, <Moment key="seen" at={unit.last_seen} />],
        [words.units.reported, <Moment key="reported" at={unit.reported_at} />],
        [words.units.created, <Moment key="created" at={unit.created_at} />],
      ]}
    />
  );
}
