import { Button, FormGroup, TextInput } from "@patternfly/react-core";
import { useId } from "react";

/** A name and a value as somebody types them. */
export interface Pair {
  name: string;
  value: string;
}

interface Props {
  pairs: Pair[];
  w: { name: string; value: string; add: string; remove: string; removeOf: (name: string) => string };
  onChange: (pairs: Pair[]) => void;
}

/** Any number of names with values, of a form. */
export function Pairs({ pairs, w, onChange }: Props) {
  const id = useId();
  const put = (index: number, pair: Pair) => onChange(pairs.map((old, place) => (place === index ? pair : old)));
  return (
    <>
      {pairs.map((pair, index) => (
        <div key={index} className="aos-condition">
          <FormGroup label={w.name} fieldId={`${id}-name-${index}`}>
            <TextInput id={`${id}-name-${index}`} value={pair.name} onChange={(_event, name) => put(index, { ...pair, name })} />
          </FormGroup>
          <FormGroup label={w.value} fieldId={`${id}-value-${index}`}>
            <TextInput id={`${id}-value-${index}`} value={pair.value} onChange={(_event, value) => put(index, { ...pair, value })} />
          </FormGroup>
          <Button
            variant="link"
            isDanger
            aria-label={w.removeOf(pair.name)}
            onClick={() => onChange(pairs.filter((_pair, place) => place !== index))}
          >
            {w.remove}
          </Button>
        </div>
      ))}
      <div>
        <Button variant="secondary" onClick={() => onChange([...pairs, { name: "", value: "" }])}>
          {w.add}
        </Button>
      </div>
    </>
  );
}
