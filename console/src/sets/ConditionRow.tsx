import { Button, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { words } from "../words/en";
import { condition, SIGNS, type Sign } from "./selector";

const w = words.sets.builder;

/** A condition from its parts, for whoever does not know how a selector is written. */
export function ConditionRow({ onAdd }: { onAdd: (condition: string) => void }) {
  const [label, setLabel] = useState("");
  const [sign, setSign] = useState<Sign>("=");
  const [value, setValue] = useState("");
  const valued = sign !== "exists" && sign !== "absent";
  const add = () => {
    onAdd(condition(label, sign, value));
    setLabel("");
    setValue("");
  };
  return (
    <div className="aos-condition">
      <FormGroup label={w.label} fieldId="condition-label">
        <TextInput id="condition-label" value={label} onChange={(_event, typed) => setLabel(typed)} />
      </FormGroup>
      <FormGroup label={w.is} fieldId="condition-sign">
        <FormSelect id="condition-sign" value={sign} onChange={(_event, chosen) => setSign(chosen as Sign)}>
          {SIGNS.map((each) => (
            <FormSelectOption key={each} value={each} label={w.signs[each]} />
          ))}
        </FormSelect>
      </FormGroup>
      {valued ? (
        <FormGroup label={sign === "in" || sign === "notin" ? w.values : w.value} fieldId="condition-value">
          <TextInput id="condition-value" value={value} onChange={(_event, typed) => setValue(typed)} />
        </FormGroup>
      ) : null}
      <Button variant="secondary" onClick={add} isDisabled={!label.trim() || (valued && !value.trim())}>
        {w.add}
      </Button>
    </div>
  );
}
