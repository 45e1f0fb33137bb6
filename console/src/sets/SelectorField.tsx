import {
  Alert,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  Label,
  LabelGroup,
  TextInput,
} from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem } from "../api/problem";
import { words } from "../words/en";
import { ConditionRow } from "./ConditionRow";
import { matchesQuery } from "./queries";
import { around, joined, positionIn } from "./selector";

const w = words.sets.builder;
const PAUSE_MS = 250;

interface Props {
  fleet: string;
  value: string;
  onChange: (selector: string) => void;
}

/** A selector: written, or put together from conditions; beneath, what it finds now or why it does not parse. */
export function SelectorField({ fleet, value, onChange }: Props) {
  const asked = usePaused(value);
  const matches = useQuery(matchesQuery(fleet, asked));
  const fresh = asked === value && !matches.isPending;
  const wrong = fresh && matches.error ? matches.error : undefined;
  return (
    <>
      <FormGroup label={w.field} fieldId="selector" isRequired>
        <TextInput
          id="selector"
          className="aos-code"
          value={value}
          onChange={(_event, typed) => onChange(typed)}
          placeholder={w.example}
          aria-describedby="selector-finds"
          validated={wrong ? "error" : fresh && matches.data ? "success" : "default"}
          spellCheck={false}
          autoComplete="off"
          isRequired
        />
        <FormHelperText>
          <div id="selector-finds" role="status" className="aos-finds-now">
            {value.trim() === "" ? (
              <HelperText>
                <HelperTextItem>{w.empty}</HelperTextItem>
              </HelperText>
            ) : wrong ? (
              <Wrong selector={asked} error={wrong} />
            ) : matches.data && fresh ? (
              <Found total={matches.data.total} names={matches.data.first.map((unit) => unit.system_uid)} />
            ) : (
              <HelperText>
                <HelperTextItem>{w.looking}</HelperTextItem>
              </HelperText>
            )}
          </div>
        </FormHelperText>
      </FormGroup>
      <ConditionRow onAdd={(condition) => onChange(joined(value, condition))} />
    </>
  );
}

/** The selector with the place marked where it stops to make sense. */
export function Wrong({ selector, error }: { selector: string; error: Error }) {
  const position = positionIn(error.message);
  const said = error instanceof Problem ? error.said : undefined;
  if (position === undefined) return <Alert variant="danger" isInline isPlain title={error.message} />;
  const [before, there, after] = around(selector, position);
  return (
    <Alert
      variant="danger"
      isInline
      isPlain
      title={`${w.at(position)}: ${w.expected(said?.expected ?? "", said?.got ?? "")}`}
    >
      <code className="aos-words">
        {before}
        <mark className="aos-fault">{there.trim() ? there : "␣"}</mark>
        {after}
      </code>
    </Alert>
  );
}

function Found({ total, names }: { total: number; names: string[] }) {
  return (
    <div className="aos-stack-tight">
      <HelperText>
        <HelperTextItem variant={total ? "success" : "warning"}>{w.matches(total)}</HelperTextItem>
      </HelperText>
      {names.length ? (
        <div className="aos-row">
          <LabelGroup numLabels={8} aria-label={w.matches(total)}>
            {names.map((name) => (
              <Label key={name} isCompact textMaxWidth="14rem">
                {name}
              </Label>
            ))}
          </LabelGroup>
          {total > names.length ? <span className="aos-quiet">{w.others(total - names.length)}</span> : null}
        </div>
      ) : null}
    </div>
  );
}

/** What was typed, once the typist pauses. */
function usePaused(value: string): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setPaused(value), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return paused;
}
