import { Button, FormGroup, FormSelect, FormSelectOption, Radio } from "@patternfly/react-core";
import { words } from "../words/en";
import { FlagField, TextField, type Step } from "./Fields";
import { WAYS, type PolicyDraft } from "./policyDraft";
import { useSets, type SetTitle } from "./useSets";

const w = words.campaigns.form;

/** Which waves there are: of a strategy, by shares, or one Unit Set after another. */
export function Ways({ step }: { step: Step<PolicyDraft> }) {
  const { draft, faults, change } = step;
  const sets = useSets();
  const ways = draft.strategy === "kept" ? [...WAYS, "kept" as const] : WAYS;
  return (
    <>
      <FormGroup label={w.strategy} role="radiogroup" fieldId="campaign-strategy" isStack>
        {ways
          .filter((way) => way !== "sets" || sets.length > 0)
          .map((way) => (
            <Radio
              key={way}
              id={`strategy-${way}`}
              name="strategy"
              label={w.ways[way]}
              isChecked={draft.strategy === way}
              onChange={() => change({ strategy: way })}
            />
          ))}
      </FormGroup>
      {draft.strategy === "rolling" ? (
        <TextField
          step={step}
          name="shares"
          label={w.ownWaves}
          how={faults.has("shares") ? w.ownWavesWrong : w.ownWavesHow}
          required
        />
      ) : null}
      {draft.strategy === "sets" ? <Order step={step} sets={sets} /> : null}
    </>
  );
}

/** Unit Sets in the order of their waves. */
function Order({ step, sets }: { step: Step<PolicyDraft>; sets: SetTitle[] }) {
  const { inSets } = step.draft;
  const put = (order: string[]) => step.change({ inSets: order });
  const titles = new Map(sets.map((set) => [set.id, set.title]));
  const left = sets.filter((set) => !inSets.includes(set.id));
  return (
    <>
      <ol className="aos-lines" aria-label={w.order}>
        {inSets.map((id, place) => (
          <li key={id}>
            <span className="aos-words">{`${words.campaigns.waveOf(place + 1)}: ${titles.get(id) ?? id}`}</span>
            <span className="aos-row">
              {place > 0 ? (
                <Button
                  variant="link"
                  isInline
                  aria-label={w.soonerOf(titles.get(id) ?? id)}
                  onClick={() => put(inSets.with(place - 1, id).with(place, inSets[place - 1] ?? id))}
                >
                  {w.sooner}
                </Button>
              ) : null}
              <Button
                variant="link"
                isInline
                aria-label={w.withoutOf(titles.get(id) ?? id)}
                onClick={() => put(inSets.filter((each) => each !== id))}
              >
                {w.without}
              </Button>
            </span>
          </li>
        ))}
      </ol>
      {left.length ? (
        <FormGroup label={w.nextSet} fieldId="campaign-next-set">
          <FormSelect id="campaign-next-set" value="" onChange={(_event, id) => put([...inSets, id])}>
            <FormSelectOption value="" label={w.chooseSet} isPlaceholder />
            {left.map((set) => (
              <FormSelectOption key={set.id} value={set.id} label={set.title} />
            ))}
          </FormSelect>
        </FormGroup>
      ) : null}
      <FlagField step={step} name="rest" label={w.rest} how={w.restHow} />
    </>
  );
}
