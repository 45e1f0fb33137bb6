import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { unitQuery } from "../units/queries";
import { UnitPicker } from "../units/UnitPicker";
import { words } from "../words/en";

const w = words.campaigns.wizard;
const SHOWN = 20;

interface Props {
  /** Each by id or system id. */
  units: string[];
  onName: (units: string[]) => void;
}

/** Single Units, found by a part of their names. */
export function NamedUnits({ units, onName }: Props) {
  const [picking, setPicking] = useState(false);
  return (
    <fieldset className="aos-picks">
      <legend>{w.units}</legend>
      {units.length ? (
        <ul className="aos-lines" aria-label={w.units}>
          {units.slice(0, SHOWN).map((unit) => (
            <Named key={unit} unit={unit} onDrop={() => onName(units.filter((each) => each !== unit))} />
          ))}
          {units.length > SHOWN ? <li className="aos-quiet">{w.unitsMore(units.length - SHOWN)}</li> : null}
        </ul>
      ) : (
        <p className="aos-quiet">{w.unitsHow}</p>
      )}
      <div>
        <Button variant="secondary" onClick={() => setPicking(true)}>
          {w.addUnits}
        </Button>
      </div>
      {picking ? (
        <UnitPicker
          title={w.addUnits}
          has={units}
          onPick={(unit) => Promise.resolve(onName([...units, unit.id]))}
          onClose={() => setPicking(false)}
        />
      ) : null}
    </fieldset>
  );
}

function Named({ unit, onDrop }: { unit: string; onDrop: () => void }) {
  const found = useQuery(unitQuery(unit));
  const name = found.data?.system_uid ?? unit;
  return (
    <li>
      <span className="aos-name">{name}</span>
      <Button variant="link" isInline aria-label={words.campaigns.form.withoutOf(name)} onClick={onDrop}>
        {words.campaigns.form.without}
      </Button>
    </li>
  );
}
