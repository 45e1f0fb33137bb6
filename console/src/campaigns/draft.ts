import type { Schemas } from "../api/client";
import { faultsOf as policyFaults, policyOf, USUAL, type PolicyDraft } from "./policyDraft";

export type Selection = Schemas["SelectionBody"];

/** Whom it is for, as somebody says it; Units by id or system id. */
export interface WhomDraft {
  fleets: string[];
  sets: string[];
  selector: string;
  units: string[];
}

/** What somebody says of a campaign before it is one. */
export interface Draft extends PolicyDraft, WhomDraft {
  title: string;
  purpose: string;
  bundle: string;
  /** As a field of local date and time has it; empty is at once. */
  startAt: string;
}

const NOBODY: WhomDraft = { fleets: [], sets: [], selector: "", units: [] };

export function emptyDraft(bundle: string | undefined): Draft {
  return { ...USUAL, ...NOBODY, title: "", purpose: "", bundle: bundle ?? "", startAt: "" };
}

export function whomDraftOf({ fleets, sets, selector, units }: Selection): WhomDraft {
  return { fleets, sets, selector: selector ?? "", units };
}

export function selectionOf({ fleets, sets, selector, units }: WhomDraft): Selection {
  return { fleets, sets, selector: selector.trim() || null, units };
}

/** Whether it is said at all whom it is for. */
export function isForSomebody({ fleets, sets, selector, units }: WhomDraft): boolean {
  return selector.trim() !== "" || [fleets, sets, units].some((said) => said.length > 0);
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
    selection: selectionOf(draft),
    policy: policyOf(draft),
  };
}
