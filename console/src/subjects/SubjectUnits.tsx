import { Button, ToolbarItem } from "@patternfly/react-core";
import { ActionsColumn } from "@patternfly/react-table";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { DataTable, type Column } from "../parts/DataTable";
import type { ListSearch } from "../parts/list";
import { Empty } from "../parts/states";
import { useMay } from "../session/me";
import { unitColumnsWithin } from "../units/columns";
import type { Unit } from "../units/queries";
import { UnitPicker } from "../units/UnitPicker";
import { words } from "../words/en";
import { subjectUnitsQuery, type Subject } from "./queries";

const w = words.subjects;

/** The Units that a subject joins; a user is moved, a group is added. */
export function SubjectUnits({ subject }: { subject: Subject }) {
  const may = useMay();
  const cache = useQueryClient();
  const [search, setSearch] = useState<ListSearch>({});
  const [picking, setPicking] = useState(false);
  const [parting, setParting] = useState<Unit>();
  const units = useQuery(subjectUnitsQuery(subject.id, search));
  const part = may("subject_units_remove") ? setParting : undefined;
  const columns = useMemo(() => columnsOf(part), [part]);
  const onSearch = useCallback((change: ListSearch) => setSearch((old) => ({ ...old, ...change })), []);
  const moves = subject.type === "user" && (units.data?.total ?? 0) > 0;
  const path = (unit: Unit) => ({ id: subject.id, unit_id: unit.id });
  return (
    <>
      <DataTable
        name="subject-units"
        label={w.units}
        query={units}
        columns={columns}
        id={(unit) => unit.id}
        search={search}
        sort="system_uid"
        onSearch={onSearch}
        actions={
          may("subject_units_add") ? (
            <ToolbarItem>
              <Button variant="secondary" onClick={() => setPicking(true)}>{subject.type === "user" ? w.move : w.join}</Button>
            </ToolbarItem>
          ) : null
        }
        empty={<Empty title={w.noUnits}>{w.noUnitsHow}</Empty>}
      />
      {picking ? (
        <UnitPicker
          title={moves ? w.moveTitle(subject.title) : w.joinTitle(subject.title)}
          note={moves ? w.moveNote : undefined}
          onPick={async (unit) => {
            await got(client.PUT("/api/v11/subjects/{id}/units/{unit_id}/", { params: { path: path(unit) } }));
            await cache.invalidateQueries({ queryKey: ["subjects"] });
            if (subject.type === "user") setPicking(false);
          }}
          onClose={() => setPicking(false)}
        />
      ) : null}
      {parting ? (
        <Deed
          title={w.part}
          danger
          will={w.partWill(subject.title, parting.system_uid)}
          run={() => got(client.DELETE("/api/v11/subjects/{id}/units/{unit_id}/", { params: { path: path(parting) } }))}
          touches={["subjects", "units"]}
          onClose={() => setParting(undefined)}
        />
      ) : null}
    </>
  );
}

function columnsOf(part: ((unit: Unit) => void) | undefined): Column<Unit>[] {
  const columns = unitColumnsWithin();
  if (!part) return columns;
  return [
    ...columns,
    {
      key: "actions",
      title: words.units.actions,
      cell: (unit) => <ActionsColumn items={[{ title: w.part, isDanger: true, onClick: () => part(unit) }]} />,
    },
  ];
}
