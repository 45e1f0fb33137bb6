import { Label, Tooltip } from "@patternfly/react-core";
import {
  BanIcon,
  CheckCircleIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  InProgressIcon,
  PluggedIcon,
  QuestionCircleIcon,
  UnpluggedIcon,
} from "@patternfly/react-icons";
import type { ComponentProps, ComponentType } from "react";
import { words } from "../words/en";
import type { Connectivity, Deployment } from "./standings";

type Look = { status?: ComponentProps<typeof Label>["status"]; color?: ComponentProps<typeof Label>["color"]; icon: ComponentType };

const DEPLOYMENT: Record<Deployment, Look> = {
  in_sync: { status: "success", icon: CheckCircleIcon },
  updating: { status: "info", icon: InProgressIcon },
  blocked: { color: "purple", icon: BanIcon },
  degraded: { status: "warning", icon: ExclamationTriangleIcon },
  failed: { status: "danger", icon: ExclamationCircleIcon },
  unknown: { color: "grey", icon: QuestionCircleIcon },
};

/** Where a Unit stands against its target; the predicate on hover. */
export function DeploymentLabel({ state }: { state: Deployment }) {
  const { icon: Icon, ...look } = DEPLOYMENT[state];
  return (
    <Tooltip content={words.deploymentMeaning[state]}>
      <Label {...look} icon={<Icon />} isCompact>
        {words.deployment[state]}
      </Label>
    </Tooltip>
  );
}

/** Whether a Unit can be reached. */
export function ConnectivityLabel({ state }: { state: Connectivity }) {
  const online = state !== "Offline";
  return (
    <Label
      isCompact
      variant="outline"
      color={state === "Online" ? "green" : online ? "blue" : "grey"}
      icon={online ? <PluggedIcon /> : <UnpluggedIcon />}
    >
      {words.connectivity[state]}
    </Label>
  );
}
