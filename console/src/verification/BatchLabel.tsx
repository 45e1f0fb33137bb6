import { Label } from "@patternfly/react-core";
import type { ComponentProps } from "react";
import { words } from "../words/en";
import type { Batch } from "./queries";

const LOOKS: Record<Batch["state"], Pick<ComponentProps<typeof Label>, "status" | "color">> = {
  resolving: { color: "blue" },
  awaiting_approval: { status: "warning" },
  verifying: { status: "info" },
  passed: { status: "success" },
  failed: { status: "danger" },
  rejected: { status: "danger" },
  cancelled: { color: "grey" },
};

export function BatchLabel({ state }: { state: Batch["state"] }) {
  return (
    <Label isCompact {...LOOKS[state]}>
      {words.verification.states[state]}
    </Label>
  );
}
