import { listSearch, namedSearch, oneOf, text, type ListSearch, type NamedSearch } from "../parts/list";

export const CAMPAIGN_STATES = [
  "draft", "planned", "scheduled", "running", "paused", "completed", "halted", "cancelled", "rolling_back", "rolled_back",
] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** In the order in which a Unit goes through them: of a bar, the left is done and the right still to come. */
export const MEMBER_STATES = [
  "succeeded", "soaking", "activating", "installing", "downloading", "offered", "held", "pending", "failed",
  "rolled_back", "skipped", "excluded",
] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

export interface CampaignsSearch extends NamedSearch {
  state?: CampaignState;
  bundle?: string;
}

export function campaignsSearch(raw: Record<string, unknown>): CampaignsSearch {
  return { ...namedSearch(raw), state: oneOf(raw.state, CAMPAIGN_STATES), bundle: text(raw.bundle) };
}

/** Which Units of a campaign; waves count from 1, as people do. */
export interface MembersSearch extends ListSearch {
  wave?: number;
  member?: MemberState;
}

export function membersSearch(raw: Record<string, unknown>): MembersSearch {
  const wave = Number(raw.wave);
  const fits = Number.isInteger(wave) && wave >= 1 && wave <= 1000;
  return { ...listSearch(raw), wave: fits ? wave : undefined, member: oneOf(raw.member, MEMBER_STATES) };
}

export function newCampaignSearch(raw: Record<string, unknown>): { bundle?: string } {
  return { bundle: text(raw.bundle) };
}
