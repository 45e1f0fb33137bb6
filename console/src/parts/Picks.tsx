import { Checkbox, SearchInput } from "@patternfly/react-core";
import { useId, useState } from "react";
import { words } from "../words/en";

interface Props {
  label: string;
  options: { value: string; title: string }[];
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
}

const MANY = 10;

/** Any number of several; with many of them, found by a part of their name. */
export function Picks({ label, options, chosen, onChoose }: Props) {
  const [part, setPart] = useState("");
  const id = useId();
  const found = options.filter((option) => `${option.title} ${option.value}`.toLowerCase().includes(part.toLowerCase()));
  return (
    <fieldset className="aos-picks" aria-label={label}>
      {options.length > MANY ? (
        <div className="aos-row">
          <SearchInput
            aria-label={words.tokens.find}
            placeholder={words.tokens.find}
            value={part}
            onChange={(_event, typed) => setPart(typed)}
            onClear={() => setPart("")}
          />
          <span className="aos-quiet" role="status">
            {words.tokens.chosen(chosen.length)}
          </span>
        </div>
      ) : null}
      <div className="aos-picks-list" tabIndex={options.length > MANY ? 0 : undefined}>
        {found.map((option) => (
          <Checkbox
            key={option.value}
            id={`${id}-${option.value}`}
            label={<span className="aos-words">{option.title}</span>}
            isChecked={chosen.includes(option.value)}
            onChange={(_event, on) =>
              onChoose(on ? [...chosen, option.value] : chosen.filter((value) => value !== option.value))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
