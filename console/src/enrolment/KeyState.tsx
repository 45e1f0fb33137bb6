import { Label } from "@patternfly/react-core";
import { words } from "../words/en";
import type { EnrolmentKey } from "./queries";

const LOOKS = { open: "green", used: "grey", expired: "orange", revoked: "red" } as const;

/** Whether a key lets Units in. */
export function KeyState({ state }: { state: EnrolmentKey["state"] }) {
  return (
    <Label isCompact color={LOOKS[state]}>
      {words.enrolment.keyStates[state]}
    </Label>
  );
}
