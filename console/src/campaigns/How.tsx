import { Form, FormGroup, FormSection, Radio } from "@patternfly/react-core";
import { words } from "../words/en";
import { STRATEGIES } from "./draft";
import { FlagField, TextField, type Step } from "./Fields";

const w = words.campaigns;

/** How it goes: waves, gate, limits, and what happens when something goes wrong. */
export function How({ step }: { step: Step }) {
  const { draft, change } = step;
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      <FormGroup label={w.strategy} role="radiogroup" fieldId="campaign-strategy" isStack>
        {STRATEGIES.map((strategy) => (
          <Radio
            key={strategy}
            id={`strategy-${strategy}`}
            name="strategy"
            label={w.strategies[strategy]}
            isChecked={draft.strategy === strategy}
            onChange={() => change({ strategy })}
          />
        ))}
      </FormGroup>
      {draft.strategy === "rolling" ? (
        <TextField
          step={step}
          name="shares"
          label={w.wizard.ownWaves}
          how={step.faults.has("shares") ? w.wizard.ownWavesWrong : w.wizard.ownWavesHow}
          required
        />
      ) : null}
      <FormSection title={w.wizard.gateTitle} titleElement="h3">
        <div className="aos-numbers">
          <TextField step={step} name="soakMinutes" label={w.wizard.soak} how={w.wizard.soakHow} number />
          <TextField step={step} name="success" label={w.wizard.success} how={w.wizard.successHow} number />
          <TextField step={step} name="failed" label={w.wizard.failed} how={w.wizard.failedHow} number />
          <TextField step={step} name="sample" label={w.wizard.sample} how={w.wizard.sampleHow} number />
        </div>
        <FlagField step={step} name="test" label={w.wizard.test} how={w.wizard.testHow} />
        <FlagField step={step} name="manual" label={w.wizard.manual} />
      </FormSection>
      <FormSection title={w.wizard.speedTitle} titleElement="h3">
        <div className="aos-numbers">
          <TextField step={step} name="atOnce" label={w.wizard.atOnce} placeholder={w.wizard.noLimit} number />
          <TextField step={step} name="perMinute" label={w.wizard.perMinute} placeholder={w.wizard.noLimit} number />
        </div>
      </FormSection>
      <FormSection title={w.wizard.safetyTitle} titleElement="h3">
        <div className="aos-numbers">
          <TextField step={step} name="deadlineHours" label={w.wizard.deadline} how={w.wizard.deadlineHow} number />
          <TextField step={step} name="offlineHours" label={w.wizard.offline} how={w.wizard.offlineHow} number />
        </div>
        <FlagField step={step} name="goBack" label={w.wizard.goBack} />
        <FlagField step={step} name="fourEyes" label={w.fourEyes} />
      </FormSection>
    </Form>
  );
}
