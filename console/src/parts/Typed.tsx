import { SearchInput } from "@patternfly/react-core";
import { useEffect, useState } from "react";

const PAUSE_MS = 300;

interface Props {
  label: string;
  placeholder?: string;
  value: string | undefined;
  onType: (value: string | undefined) => void;
}

/** A filter that somebody types; it counts when they pause. */
export function Typed({ label, placeholder, value, onType }: Props) {
  const [typed, setTyped] = useState(value ?? "");
  const [before, setBefore] = useState(value);
  if (before !== value) {
    setBefore(value);
    setTyped(value ?? "");
  }
  useEffect(() => {
    if (typed === (value ?? "")) return;
    const timer = window.setTimeout(() => onType(typed || undefined), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, value, onType]);
  return (
    <SearchInput
      aria-label={label}
      placeholder={placeholder ?? label}
      value={typed}
      onChange={(_event, next) => setTyped(next)}
      onClear={() => {
        setTyped("");
        onType(undefined);
      }}
    />
  );
}
