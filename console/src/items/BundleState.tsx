import { Label } from "@patternfly/react-core";
import { words } from "../words/en";
import type { Bundle } from "./queries";

const LOOKS = { received: "info", processing: "info", ready: "success", rejected: "danger" } as const;

/** What became of a bundle. */
export function BundleState({ state }: { state: Bundle["state"] }) {
  return (
    <Label isCompact status={LOOKS[state]}>
      {words.bundles.states[state]}
    </Label>
  );
}
