import { Label } from "@patternfly/react-core";
import { words } from "../words/en";

const COLORS = { info: "grey", warning: "yellow", error: "red", critical: "red" } as const;

/** How bad an alert is. */
export function SeverityLabel({ severity }: { severity: keyof typeof COLORS }) {
  return (
    <Label isCompact color={COLORS[severity]}>
      {words.items.severities[severity]}
    </Label>
  );
}
