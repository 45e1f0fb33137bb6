import { Label, LabelGroup } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import type { Column } from "../parts/DataTable";
import { Moment } from "../parts/Moment";
import { ConnectivityLabel, DeploymentLabel } from "../parts/Standing";
import { words } from "../words/en";
import type { Unit } from "./queries";

/** What the table of Units can show. */
export function unitColumns(fleets: ReadonlyMap<string, string> | undefined): Column<Unit>[] {
  return [
    {
      key: "name",
      title: words.units.name,
      sort: "system_uid",
      cell: (unit) => (
        <Link to="/units/$id" params={{ id: unit.system_uid }} className="aos-name" title={unit.system_uid}>
          {unit.system_uid}
        </Link>
      ),
    },
    {
      key: "deployment",
      title: words.units.deployment,
      sort: "deployment",
      cell: (unit) => <DeploymentLabel state={unit.deployment} />,
    },
    {
      key: "connection",
      title: words.units.connection,
      sort: "connectivity",
      cell: (unit) => <ConnectivityLabel state={unit.online_status} />,
    },
    { key: "reason", title: words.units.reason, cell: (unit) => <span className="aos-clamp">{unit.reason}</span> },
    {
      key: "fleet",
      title: words.units.fleet,
      cell: (unit) => <span className="aos-name aos-short">{fleets?.get(unit.fleet_id) ?? unit.fleet_id}</span>,
    },
    {
      key: "model",
      title: words.units.model,
      sort: "model",
      cell: (unit) => <span className="aos-words">{[unit.model_name, unit.model_version].filter(Boolean).join(" ")}</span>,
    },
    { key: "seen", title: words.units.lastSeen, sort: "last_seen", cell: (unit) => <Moment at={unit.last_seen} ago /> },
    {
      key: "labels",
      title: words.units.labels,
      optional: true,
      cell: (unit) => <Labels labels={unit.labels} />,
    },
    {
      key: "lifecycle",
      title: words.units.lifecycle,
      optional: true,
      cell: (unit) => words.lifecycle[unit.status],
    },
    {
      key: "created",
      title: words.units.created,
      sort: "created_at",
      optional: true,
      cell: (unit) => <Moment at={unit.created_at} />,
    },
  ];
}

/** Labels of a Unit as `name=value`. */
export function Labels({ labels }: { labels: Record<string, string> }) {
  const all = Object.entries(labels);
  if (!all.length) return <span className="aos-quiet">{words.units.noLabels}</span>;
  return (
    <LabelGroup numLabels={4} aria-label={words.units.labels}>
      {all.map(([name, value]) => (
        <Label key={name} isCompact textMaxWidth="16rem">
          {value ? `${name}=${value}` : name}
        </Label>
      ))}
    </LabelGroup>
  );
}

/** The same within the page of something else, where there is less room; without `fleets` that says the fleet. */
export function unitColumnsWithin(fleets?: { titles: ReadonlyMap<string, string> | undefined }): Column<Unit>[] {
  const columns = unitColumns(fleets?.titles).filter((column) => fleets !== undefined || column.key !== "fleet");
  return columns.map((column) => (column.key === "model" ? { ...column, optional: true } : column));
}
