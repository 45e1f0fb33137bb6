import { FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";

interface Props {
  id: string;
  label: string;
  value: string;
  options: Iterable<readonly [value: string, title: string]>;
  /** What stands there while nothing is chosen; then something has to be. */
  none?: string;
  disabled?: boolean;
  onChange: (value: string) => void;
}

/** One of several, in a form. */
export function FormChoice({ id, label, value, options, none, disabled, onChange }: Props) {
  return (
    <FormGroup label={label} fieldId={id} isRequired={none !== undefined}>
      <FormSelect id={id} value={value} isDisabled={disabled} onChange={(_event, chosen) => onChange(chosen)}>
        {none === undefined ? null : <FormSelectOption value="" label={none} isPlaceholder />}
        {[...options].map(([each, title]) => (
          <FormSelectOption key={each} value={each} label={title} />
        ))}
      </FormSelect>
    </FormGroup>
  );
}
