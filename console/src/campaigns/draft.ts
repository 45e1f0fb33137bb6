import type { Schemas } from "../api/client";
import { faultsOf as policyFaults, policyOf, USUAL, type PolicyDraft } from "./policyDraft";

/** What somebody says of a campaign before it is one. */
export interface Draft extends PolicyDraft {
  title: string;
  purpose: string;
  bundle: string;
  fleets: string[];
  sets: string[];
  selector: string;
  /** As a field of local date and time has it; empty is at once. */
  startAt: string;
}

export function emptyDraft(bundle: string | undefined): Draft {
  return { ...USUAL, title: "", purpose: "", bundle: bundle ?? "", fleets: [], sets: [], selector: "", startAt: "" };
}

/** The instant that was typed, in the zone of whoever typed it; undefined where it is none, or has passed. */
export function startOf(typed: string, now: number): string | undefined {
  const at = typed === "" ? NaN : new Date(typed).getTime();
  return at > now ? new Date(at).toISOString() : undefined;
}

export function faultsOf(draft: Draft): ReadonlySet<keyof Draft> {
  return policyFaults(draft);
}

export function bodyOf(draft: Draft): Schemas["NewCampaign"] {
  return {
    title: draft.title.trim(),
    purpose: draft.purpose.trim(),
    bundle_id: draft.bundle,
    selection: { fleets: draft.fleets, sets: draft.sets, selector: draft.selector.trim() || null, units: [] },
    policy: policyOf(draft),
  };
}
