import { Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from "@patternfly/react-core";
import type { Draft } from "./draft";

/** What a step of the wizard has at hand. */
export interface Step {
  draft: Draft;
  faults: ReadonlySet<keyof Draft>;
  change: (change: Partial<Draft>) => void;
}

type Texts = { [Key in keyof Draft]: Draft[Key] extends string ? Key : never }[keyof Draft];
type Flags = { [Key in keyof Draft]: Draft[Key] extends boolean ? Key : never }[keyof Draft];

interface TextProps {
  step: Step;
  name: Texts;
  label: string;
  how?: string;
  number?: boolean;
  required?: boolean;
  placeholder?: string;
}

/** A field with a plain sentence of what it means. */
export function TextField({ step, name, label, how, number, required, placeholder }: TextProps) {
  const wrong = step.faults.has(name);
  return (
    <FormGroup label={label} fieldId={`campaign-${name}`} isRequired={required}>
      <TextInput
        id={`campaign-${name}`}
        value={step.draft[name]}
        onChange={(_event, typed) => step.change({ [name]: typed })}
        type={number ? "number" : "text"}
        isRequired={required}
        placeholder={placeholder}
        validated={wrong ? "error" : "default"}
        aria-describedby={how ? `campaign-${name}-how` : undefined}
      />
      {how ? (
        <FormHelperText>
          <HelperText id={`campaign-${name}-how`}>
            <HelperTextItem variant={wrong ? "error" : "default"}>{how}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      ) : null}
    </FormGroup>
  );
}

export function FlagField({ step, name, label, how }: { step: Step; name: Flags; label: string; how?: string }) {
  return (
    <Checkbox
      id={`campaign-${name}`}
      label={label}
      description={how}
      isChecked={step.draft[name]}
      onChange={(_event, on) => step.change({ [name]: on })}
    />
  );
}
