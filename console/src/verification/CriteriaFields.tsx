import { FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { Hint } from "../parts/Hint";
import { words } from "../words/en";
import { faultsOf, SEVERITIES, type CriteriaDraft, type Severity } from "./criteria";

const w = words.verification;

/** When the Units of verification sets have shown that a bundle works. */
export function CriteriaFields({ draft, onChange }: { draft: CriteriaDraft; onChange: (draft: CriteriaDraft) => void }) {
  const faults = faultsOf(draft);
  const typed = (name: "share" | "soak" | "least", label: string, wrong: string) => (
    <FormGroup label={label} fieldId={`criteria-${name}`} isRequired>
      <TextInput
        id={`criteria-${name}`}
        value={draft[name]}
        onChange={(_event, value) => onChange({ ...draft, [name]: value })}
        validated={faults.has(name) ? "error" : "default"}
        isRequired
      />
      {faults.has(name) ? <Hint bad>{wrong}</Hint> : null}
    </FormGroup>
  );
  return (
    <div className="aos-fields">
      {typed("share", w.share, w.shareWrong)}
      {typed("soak", w.soak, w.soakWrong)}
      {typed("least", w.least, w.leastWrong)}
      <FormGroup label={w.severity} fieldId="criteria-severity">
        <FormSelect
          id="criteria-severity"
          value={draft.severity}
          onChange={(_event, severity) => onChange({ ...draft, severity: severity as Severity })}
        >
          {SEVERITIES.map((value) => (
            <FormSelectOption key={value} value={value} label={words.campaigns.form.severities[value]} />
          ))}
        </FormSelect>
      </FormGroup>
    </div>
  );
}
