import { Button, Form, FormGroup, Progress, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { Said } from "../parts/Confirm";
import { Hint } from "../parts/Hint";
import { Panel } from "../parts/Panel";
import { words } from "../words/en";
import { percent, spanWords } from "./durations";
import type { Campaign } from "./queries";
import { binsOf, endsOf, RUNS, spreadOf, stepOf, type Inputs, type Played } from "./rehearsal";
import { useRehearsal, type Assumed } from "./useRehearsal";

const w = words.campaigns.rehearsal;
const number = (value: number) => value.toLocaleString("en");

/** The plan played many times with simulated Units, before anything moves: when it may be done, what a halt may cost. */
export function Rehearsal({ campaign }: { campaign: Campaign }) {
  const members = campaign.waves.reduce((sum, wave) => sum + wave.members, 0);
  const { inputs, runs, play, busy, error, stop } = useRehearsal(campaign.id, members);
  const [failing, setFailing] = useState("");
  const [takes, setTakes] = useState("");
  const assumed = assumedOf(failing, takes);
  return (
    <Panel title={w.title}>
      <div className="aos-stack">
        <p className="aos-quiet">{w.what}</p>
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            if (assumed && !busy) play(assumed);
          }}
        >
          <div className="aos-numbers">
            <FormGroup label={w.failing} fieldId="rehearsal-failing">
              <TextInput id="rehearsal-failing" inputMode="decimal" value={failing} onChange={(_event, typed) => setFailing(typed)} />
              <Hint>{w.recorded}</Hint>
            </FormGroup>
            <FormGroup label={w.takes} fieldId="rehearsal-takes">
              <TextInput id="rehearsal-takes" inputMode="decimal" value={takes} onChange={(_event, typed) => setTakes(typed)} />
              <Hint>{w.recorded}</Hint>
            </FormGroup>
          </div>
          <div className="aos-row">
            <Button type="submit" variant="secondary" isLoading={busy} isDisabled={busy || !assumed}>
              {w.play}
            </Button>
            {busy ? <Button variant="link" onClick={stop}>{w.stop}</Button> : null}
          </div>
        </Form>
        {error ? <Said error={error} /> : null}
        {busy ? <Progress value={(100 * runs.length) / RUNS} title={w.played(runs.length, RUNS)} size="sm" /> : null}
        {inputs && runs.length ? <Outcome inputs={inputs} runs={runs} /> : null}
      </div>
    </Panel>
  );
}

/** What was typed as the API takes it; empty is what was recorded, undefined what is no number of that kind. */
function assumedOf(failing: string, takes: string): Assumed | undefined {
  const [share, minutes] = [failing, takes].map((typed) => (typed.trim() === "" ? null : Number(typed)));
  if (share != null && !(share >= 0 && share <= 100)) return undefined;
  if (minutes != null && !(minutes > 0)) return undefined;
  return {
    ...(share == null ? {} : { failing: share / 100 }),
    ...(minutes == null ? {} : { takes_s: minutes * 60 }),
  };
}

function Outcome({ inputs, runs }: { inputs: Inputs; runs: readonly Played[] }) {
  const { took, touched, open } = endsOf(runs);
  return (
    <div className="aos-stack">
      <p>{w.ends(took.length, touched.length, runs.length)}</p>
      {open ? <p>{w.open(open)}</p> : null}
      <div className="aos-columns">
        {took.length ? <Distribution title={w.done} says={w.doneOf} values={took} show={spanWords} step={stepOf(took)} /> : null}
        {touched.length ? <Distribution title={w.touched} says={w.touchedOf} values={touched} show={number} /> : null}
      </div>
      <p className="aos-quiet aos-mutter">{inputWords(inputs)}</p>
    </div>
  );
}

function inputWords(inputs: Inputs): string {
  const parts = [
    w.failingOf(percent(inputs.failing), inputs.failing_of),
    w.takesOf(spanWords(inputs.takes_s), inputs.takes_of),
    inputs.away ? w.awayOf(inputs.away, inputs.absent_s === null ? "" : spanWords(inputs.absent_s)) : "",
  ];
  return `${w.from} ${parts.filter(Boolean).join("; ")}.`;
}

interface DistributionProps {
  title: string;
  says: (tenth: string, half: string, most: string) => string;
  values: readonly number[];
  show: (value: number) => string;
  step?: number;
}

/** How numbers of runs lie: a bar for each part of their range, and what a tenth, half and nine tenths do not exceed. */
function Distribution({ title, says, values, show, step }: DistributionProps) {
  const bins = binsOf(values, step);
  const most = Math.max(...bins.map((bin) => bin.count));
  const spread = spreadOf(values);
  return (
    <section className="aos-stack-tight aos-distribution">
      <h3>{title}</h3>
      {spread && bins.length > 1 ? <p>{says(show(spread[0]), show(spread[1]), show(spread[2]))}</p> : null}
      <ul className="aos-bins" aria-label={title}>
        {bins.map(({ from, to, count }) => (
          <li key={from}>
            <span className="aos-nowrap">{show(from) === show(to) ? show(from) : w.fromTo(show(from), show(to))}</span>
            <span className="aos-bin" aria-hidden="true">
              <span style={{ inlineSize: `${(100 * count) / most}%` }} />
            </span>
            <span className="aos-nowrap aos-quiet">{w.runs(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
