import { Form, FormSection } from "@patternfly/react-core";
import { words } from "../words/en";
import { FlagField, OneOf, TextField, type Step } from "./Fields";
import { SEVERITIES, type PolicyDraft } from "./policyDraft";
import { Ways } from "./Ways";

const w = words.campaigns.form;
const LEVELS = SEVERITIES.map((value) => ({ value, title: w.severities[value] }));

interface Props {
  step: Step<PolicyDraft>;
  /** It has begun: its waves, its windows, and whether two people decide, stay. */
  settled?: boolean;
}

/** How it goes: waves, gate, test, limits, and what happens when something goes wrong. */
export function How({ step, settled = false }: Props) {
  const { draft } = step;
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      {settled ? null : <Ways step={step} />}
      <FormSection title={w.gateTitle} titleElement="h3">
        <div className="aos-numbers">
          <TextField step={step} name="soakMinutes" label={w.soak} how={w.soakHow} type="number" />
          <TextField step={step} name="success" label={w.success} how={w.successHow} type="number" />
          <TextField step={step} name="failed" label={w.failed} how={w.failedHow} type="number" />
          <TextField step={step} name="sample" label={w.sample} how={w.sampleHow} type="number" />
          <OneOf step={step} name="severity" label={w.severity} how={w.severityHow} options={LEVELS} />
        </div>
        <FlagField step={step} name="manual" label={w.manual} />
      </FormSection>
      <Test step={step} />
      <FormSection title={w.speedTitle} titleElement="h3">
        <div className="aos-numbers">
          <TextField step={step} name="atOnce" label={w.atOnce} placeholder={w.noLimit} type="number" />
          <TextField step={step} name="perMinute" label={w.perMinute} placeholder={w.noLimit} type="number" />
          <TextField step={step} name="megabytes" label={w.megabytes} how={w.megabytesHow} placeholder={w.noLimit} type="number" />
          {draft.perMinute ? (
            <>
              <TextField step={step} name="rampFirst" label={w.rampFirst} how={w.rampFirstHow} placeholder={w.noRamp} type="number" />
              {draft.rampFirst ? <TextField step={step} name="rampHours" label={w.rampHours} type="number" /> : null}
            </>
          ) : null}
        </div>
      </FormSection>
      {settled ? null : <When step={step} />}
      <FormSection title={w.safetyTitle} titleElement="h3">
        <div className="aos-numbers">
          <TextField step={step} name="deadlineHours" label={w.deadline} how={w.deadlineHow} type="number" />
          <TextField step={step} name="offlineHours" label={w.offline} how={w.offlineHow} type="number" />
        </div>
        <FlagField step={step} name="offlineFails" label={w.offlineFails} how={w.offlineFailsHow} />
        <FlagField step={step} name="goBack" label={w.goBack} />
        <FlagField step={step} name="wayBack" label={w.wayBack} />
        {settled ? null : <FlagField step={step} name="fourEyes" label={w.fourEyes} how={w.fourEyesHow} />}
      </FormSection>
      <FormSection title={w.othersTitle} titleElement="h3">
        <FlagField step={step} name="join" label={w.join} how={w.joinHow} />
        <div className="aos-numbers">
          <TextField step={step} name="priority" label={w.priority} how={w.priorityHow} type="number" />
        </div>
      </FormSection>
    </Form>
  );
}

/** Windows of the Unit's own clock, and what has to be so on it. */
function When({ step }: { step: Step<PolicyDraft> }) {
  return (
    <FormSection title={w.whenTitle} titleElement="h3">
      <div className="aos-numbers">
        <TextField step={step} name="download" label={w.downloadWindow} how={w.windowHow} placeholder={w.anyTime} />
        <TextField step={step} name="install" label={w.installWindow} how={w.windowHow} placeholder={w.anyTime} />
        <TextField step={step} name="activate" label={w.activateWindow} how={w.windowHow} placeholder={w.asInstalling} />
      </div>
      <TextField step={step} name="precondition" label={w.precondition} how={w.preconditionHow} placeholder={w.nothingAsked} />
    </FormSection>
  );
}

/** The sequential test; its figures stand there only where there is one. */
function Test({ step }: { step: Step<PolicyDraft> }) {
  const { draft } = step;
  return (
    <FormSection title={w.testTitle} titleElement="h3">
      <FlagField step={step} name="test" label={w.test} how={w.testHow} />
      {draft.test ? (
        <>
          <div className="aos-numbers">
            <TextField step={step} name="usual" label={w.usual} how={w.usualHow} placeholder={w.fromPast} type="number" />
            <TextField step={step} name="tooMany" label={w.tooMany} how={w.tooManyHow} placeholder={w.fiveTimes} type="number" />
            <TextField step={step} name="wrongHalt" label={w.wrongHalt} how={w.wrongHaltHow} type="number" />
            <TextField step={step} name="missed" label={w.missed} how={w.missedHow} type="number" />
          </div>
          <FlagField step={step} name="early" label={w.early} how={w.earlyHow} />
        </>
      ) : null}
    </FormSection>
  );
}
