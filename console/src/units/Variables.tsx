import { Button, Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Moment } from "../parts/Moment";
import { useNow } from "../parts/now";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { variablesQuery, type UnitDetail, type Variable } from "./queries";
import { SetVariables } from "./SetVariables";

const w = words.variables;
const COLOURS = { waiting: "blue", applied: "green", failed: "red" } as const;
type Open = "set" | "all" | Variable;

/** Environment variables that are set for a while, what the Unit says of them, and the way to set them and take them back. */
export function Variables({ unit }: { unit: UnitDetail }) {
  const may = useMay();
  const now = useNow();
  const variables = useQuery(variablesQuery(unit.id));
  const [open, setOpen] = useState<Open>();
  const rows = (variables.data?.items ?? []).filter((one) => Date.parse(one.until) > now);
  const sets = may("unit_variables_set") && unit.status !== "deprovisioned" && unit.instances.some((one) => one.target_version !== null);
  const clears = may("unit_variables_clear");
  const close = () => setOpen(undefined);
  const beside = (
    <span className="aos-row">
      {clears && rows.length > 1 ? <Button variant="link" size="sm" onClick={() => setOpen("all")}>{w.takeAll}</Button> : null}
      {sets ? <Button variant="secondary" size="sm" onClick={() => setOpen("set")}>{w.set}</Button> : null}
    </span>
  );
  return (
    <Panel title={w.title} beside={beside}>
      <Shown query={variables} lines={2}>
        {() => (
          <SmallTable
            label={w.title}
            rows={rows}
            id={(one) => `${one.item_id} ${one.subject_id} ${one.instance} ${one.name}`}
            none={w.none}
            columns={[
              { title: w.name, cell: (one) => <code className="aos-words">{one.name}</code> },
              { title: w.of, cell: (one) => <span className="aos-words">{ofWords(unit, one)}</span> },
              { title: w.until, cell: (one) => <Moment at={one.until} /> },
              { title: w.state, cell: (one) => <State variable={one} /> },
              ...(clears ? [{ title: words.units.actions, cell: (one: Variable) => <TakeBack unit={unit} one={one} onOpen={setOpen} /> }] : []),
            ]}
          />
        )}
      </Shown>
      {open === "set" ? <SetVariables unit={unit} onClose={close} /> : null}
      {open === "all" ? <Taken unit={unit} title={w.takeAll} will={w.takeAllWill(rows.length, unit.system_uid)} onClose={close} /> : null}
      {typeof open === "object" ? (
        <Taken
          unit={unit}
          title={w.takeBackOf(open.name, codename(unit, open))}
          will={w.takeBackWill(open.name, codename(unit, open))}
          of={open}
          onClose={close}
        />
      ) : null}
    </Panel>
  );
}

function TakeBack({ unit, one, onOpen }: { unit: UnitDetail; one: Variable; onOpen: (one: Variable) => void }) {
  return (
    <Button variant="link" isInline aria-label={w.takeBackOf(one.name, codename(unit, one))} onClick={() => onOpen(one)}>
      {w.takeBack}
    </Button>
  );
}

interface TakenProps {
  unit: UnitDetail;
  title: string;
  will: string;
  of?: Variable;
  onClose: () => void;
}

function Taken({ unit, title, will, of, onClose }: TakenProps) {
  const query = of ? { item_id: of.item_id, name: of.name } : {};
  return (
    <Deed
      title={title}
      action={of ? w.takeBack : w.takeAll}
      will={will}
      run={() => got(client.DELETE("/api/v11/units/{id}/variables/", { params: { path: { id: unit.id }, query } }))}
      touches={["units"]}
      onClose={onClose}
    />
  );
}

function State({ variable: { state, instances, error } }: { variable: Variable }) {
  return (
    <span className="aos-row">
      <Label isCompact variant="outline" color={COLOURS[state]}>{w.states[state]}</Label>
      {state === "applied" ? <span className="aos-nowrap">{w.inForce(instances)}</span> : null}
      {error ? <span className="aos-words">{error}</span> : null}
    </span>
  );
}

function codename(unit: UnitDetail, one: Variable): string {
  return unit.instances.find((each) => each.item_id === one.item_id)?.codename ?? one.item_id;
}

function ofWords(unit: UnitDetail, one: Variable): string {
  const subject = unit.instances.find((each) => each.subject_id === one.subject_id)?.subject ?? one.subject_id;
  return [codename(unit, one), subject, one.instance === null ? w.all : w.one(one.instance)].filter(Boolean).join(", ");
}
