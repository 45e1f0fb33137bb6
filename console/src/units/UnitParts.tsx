import { Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { auditOfQuery } from "../audit/queries";
import { AuditLines } from "../audit/AuditLines";
import { Moment } from "../parts/Moment";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { words } from "../words/en";
import { certificatesQuery, type UnitDetail } from "./queries";

const w = words.units;
type Colour = "green" | "blue" | "red" | "orange" | "grey";
const STATES: Record<string, Colour> = {
  active: "green",
  installed: "green",
  activating: "blue",
  downloading: "blue",
  installing: "blue",
  pending: "blue",
  failed: "red",
  inactive: "orange",
  unknown: "grey",
};

function State({ state }: { state: string }) {
  if (!state) return <span className="aos-quiet">{w.notThere}</span>;
  return (
    <Label isCompact variant="outline" color={STATES[state] ?? "grey"}>
      {state.replaceAll("_", " ")}
    </Label>
  );
}

function Version({ version, other }: { version: string | null; other: string | null }) {
  if (version === null) return <span className="aos-quiet">–</span>;
  return <span className="aos-nowrap">{version === other ? version : <strong>{version}</strong>}</span>;
}

function Wrong({ error }: { error: string }) {
  return error ? <span className="aos-words">{error}</span> : <span className="aos-quiet">–</span>;
}

export function Items({ unit }: { unit: UnitDetail }) {
  return (
    <SmallTable
      label={w.items}
      rows={unit.items}
      id={(item) => `${item.item_id} ${item.target_version} ${item.actual_version}`}
      none={`${w.noItems} ${w.noItemsHow}`}
      columns={[
        {
          title: w.item,
          cell: (item) => (
            <Link to="/items/$id" params={{ id: item.item_id }} className="aos-words">
              {item.codename}
            </Link>
          ),
        },
        { title: w.type, cell: (item) => item.type },
        { title: w.target, cell: (item) => <Version version={item.target_version} other={item.actual_version} /> },
        { title: w.actual, cell: (item) => <Version version={item.actual_version} other={item.target_version} /> },
        { title: w.nodeState, cell: (item) => <State state={item.state} /> },
        { title: w.error, cell: (item) => <Wrong error={item.error} /> },
      ]}
    />
  );
}

export function Instances({ unit }: { unit: UnitDetail }) {
  return (
    <SmallTable
      label={w.instances}
      rows={unit.instances}
      id={(one) => `${one.item_id} ${one.subject_id} ${one.instance} ${one.actual_version}`}
      none={w.noInstances}
      columns={[
        { title: w.instance, cell: (one) => <span className="aos-words">{`${one.codename} #${one.instance}`}</span> },
        { title: w.subject, cell: (one) => <span className="aos-words">{one.subject}</span> },
        { title: w.node, cell: (one) => one.node || <span className="aos-quiet">{w.nowhere}</span> },
        { title: w.runtime, cell: (one) => one.runtime },
        { title: w.target, cell: (one) => <Version version={one.target_version} other={one.actual_version} /> },
        { title: w.actual, cell: (one) => <Version version={one.actual_version} other={one.target_version} /> },
        { title: w.nodeState, cell: (one) => <State state={one.state} /> },
        { title: w.error, cell: (one) => <Wrong error={one.error} /> },
      ]}
    />
  );
}

export function Certificates({ id }: { id: string }) {
  const query = useQuery(certificatesQuery(id));
  return (
    <Shown query={query} lines={3}>
      {(page) => (
        <SmallTable
          label={w.certificates}
          rows={page.items}
          id={(one) => one.serial}
          none={w.noCertificates}
          columns={[
            { title: w.certificate, cell: (one) => one.cert_type },
            { title: w.node, cell: (one) => one.node_id },
            { title: w.ends, cell: (one) => <Moment at={one.not_after} /> },
            { title: w.renewal, cell: (one) => one.status.replace("renew_", "") },
            { title: w.error, cell: (one) => <Wrong error={one.error} /> },
          ]}
        />
      )}
    </Shown>
  );
}

export function Timeline({ unit }: { unit: UnitDetail }) {
  const query = useQuery(auditOfQuery(unit.id));
  return (
    <Shown query={query} lines={4}>
      {(page) => <AuditLines lines={page.items} none={w.timelineNone} />}
    </Shown>
  );
}
