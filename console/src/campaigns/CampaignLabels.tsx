import { Label } from "@patternfly/react-core";
import type { ComponentProps } from "react";
import { words } from "../words/en";
import type { Campaign, Wave } from "./queries";

type Look = Pick<ComponentProps<typeof Label>, "status" | "color">;

const CAMPAIGN: Record<Campaign["state"], Look> = {
  draft: { color: "grey" },
  planned: { color: "grey" },
  scheduled: { color: "blue" },
  running: { status: "info" },
  paused: { color: "purple" },
  completed: { status: "success" },
  halted: { status: "danger" },
  cancelled: { color: "grey" },
  rolling_back: { status: "warning" },
  rolled_back: { color: "orange" },
};
const WAVE: Record<Wave["state"], Look> = {
  waiting: { color: "grey" },
  deploying: { status: "info" },
  soaking: { color: "teal" },
  passed: { status: "success" },
  failed: { status: "danger" },
  skipped: { color: "grey" },
};

export function CampaignLabel({ state }: { state: Campaign["state"] }) {
  return (
    <Label isCompact {...CAMPAIGN[state]}>
      {words.campaigns.states[state]}
    </Label>
  );
}

export function WaveLabel({ state }: { state: Wave["state"] }) {
  return (
    <Label isCompact {...WAVE[state]}>
      {words.campaigns.waveStates[state]}
    </Label>
  );
}
