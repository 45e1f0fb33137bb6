import { Checkbox, Form } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { Wrong } from "../sets/SelectorField";
import { words } from "../words/en";
import { isForSomebody, type WhomDraft } from "./draft";
import { TextField, type Step } from "./Fields";
import { NamedUnits } from "./NamedUnits";
import { matchingQuery } from "./queries";
import { useSets } from "./useSets";

const w = words.campaigns.wizard;
const PAUSE_MS = 300;

/** Which Units: fleets, sets, labels, single ones; beneath, how many match now. */
export function Whom({ step }: { step: Step<WhomDraft> }) {
  const { draft, change } = step;
  const fleets = useQuery(fleetsByIdQuery);
  const offered = useSets().filter((set) => !draft.fleets.length || draft.fleets.includes(set.fleet_id));
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      <p>{w.whomHow}</p>
      <Picks
        title={w.fleets}
        options={[...(fleets.data ?? [])]}
        chosen={draft.fleets}
        onChoose={(chosen) => change({ fleets: chosen })}
      />
      {offered.length ? (
        <Picks
          title={w.sets}
          options={offered.map((set) => [set.id, set.title])}
          chosen={draft.sets}
          onChoose={(chosen) => change({ sets: chosen })}
        />
      ) : null}
      <TextField step={step} name="selector" label={w.selector} how={w.selectorHow} />
      <NamedUnits units={draft.units} onName={(units) => change({ units })} />
      <Matching step={step} inSets={offered.filter((set) => draft.sets.includes(set.id)).map((set) => set.units)} />
    </Form>
  );
}

interface PicksProps {
  title: string;
  options: [string, string][];
  chosen: string[];
  onChoose: (chosen: string[]) => void;
}

function Picks({ title, options, chosen, onChoose }: PicksProps) {
  return (
    <fieldset className="aos-picks">
      <legend>{title}</legend>
      <div className="aos-picks-list">
        {options.map(([id, name]) => (
          <Checkbox
            key={id}
            id={`pick-${id}`}
            label={<span className="aos-name">{name}</span>}
            isChecked={chosen.includes(id)}
            onChange={(_event, on) => onChoose(on ? [...chosen, id] : chosen.filter((each) => each !== id))}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Matching({ step, inSets }: { step: Step<WhomDraft>; inSets: number[] }) {
  const { fleets, sets, selector, units } = step.draft;
  const [asked, setAsked] = useState(selector.trim());
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(selector.trim()), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [selector]);
  const someone = isForSomebody({ ...step.draft, selector: asked });
  const matching = useQuery({ ...matchingQuery(fleets, asked), enabled: someone });
  const bounds = [
    ...(sets.length ? [inSets.reduce((sum, units) => sum + units, 0)] : []),
    ...(units.length ? [units.length] : []),
  ];
  return (
    <div role="status">
      {!someone ? (
        <p className="aos-quiet">{w.nobody}</p>
      ) : matching.error ? (
        <Wrong selector={asked} error={matching.error} />
      ) : matching.data === undefined ? (
        <p className="aos-quiet">{w.counting}</p>
      ) : (
        <p>
          <strong>{bounds.length ? w.matchingMost(Math.min(...bounds, matching.data)) : w.matching(matching.data)}</strong>
        </p>
      )}
    </div>
  );
}
