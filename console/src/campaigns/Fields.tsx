import {
  Checkbox,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { words } from "../words/en";

/** What a step of the wizard has at hand. */
export interface Step<Draft> {
  draft: Draft;
  faults: ReadonlySet<string>;
  change: (change: Partial<Draft>) => void;
}

interface FieldProps<Name extends string, Value> {
  step: Step<Record<NoInfer<Name>, NoInfer<Value>>>;
  name: Name;
  label: string;
  how?: string;
}

interface TextProps<Name extends string> extends FieldProps<Name, string> {
  type?: "text" | "number" | "datetime-local";
  required?: boolean;
  placeholder?: string;
}

function changed<Name extends string, Value>(name: Name, value: Value): Partial<Record<Name, Value>> {
  return { [name]: value } as Partial<Record<Name, Value>>;
}

/** A field with a plain sentence of what it means. */
export function TextField<Name extends string>(props: TextProps<Name>) {
  const { step, name, label, how, type = "text", required, placeholder } = props;
  const wrong = step.faults.has(name);
  return (
    <FormGroup label={label} fieldId={`campaign-${name}`} isRequired={required}>
      <TextInput
        id={`campaign-${name}`}
        value={step.draft[name]}
        onChange={(_event, typed) => step.change(changed(name, typed))}
        type={type}
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

/** A field with one of a few values. */
export function OneOf<Name extends string, Value extends string>({
  step, name, label, how, options,
}: FieldProps<Name, Value> & { options: readonly { value: Value; title: string }[] }) {
  return (
    <FormGroup label={label} fieldId={`campaign-${name}`}>
      <FormSelect
        id={`campaign-${name}`}
        value={step.draft[name]}
        onChange={(_event, value) => step.change(changed(name, value as Value))}
      >
        {options.map(({ value, title }) => (
          <FormSelectOption key={value} value={value} label={title} />
        ))}
      </FormSelect>
      {how ? (
        <FormHelperText>
          <HelperText>
            <HelperTextItem>{how}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      ) : null}
    </FormGroup>
  );
}

export function FlagField<Name extends string>({ step, name, label, how }: FieldProps<Name, boolean>) {
  return (
    <Checkbox
      id={`campaign-${name}`}
      label={label}
      description={how}
      isChecked={step.draft[name]}
      onChange={(_event, on) => step.change(changed(name, on))}
    />
  );
}

const MOST = 4000;

/** Why it is done, in as many words as it takes. */
export function Purpose({ step: { draft, change } }: { step: Step<{ purpose: string }> }) {
  return (
    <FormGroup label={words.campaigns.purpose} fieldId="campaign-purpose">
      <TextArea
        id="campaign-purpose"
        value={draft.purpose}
        onChange={(_event, purpose) => change({ purpose })}
        maxLength={MOST}
        resizeOrientation="vertical"
        aria-describedby="campaign-purpose-how"
      />
      <p id="campaign-purpose-how" className="aos-quiet aos-mutter">{words.campaigns.wizard.purposeHow}</p>
    </FormGroup>
  );
}
