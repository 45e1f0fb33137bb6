import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { gotMarked } from "../api/marked";
import { windowOf } from "../parts/list";
import type { CampaignsSearch, MembersSearch } from "./search";

export type Campaign = Schemas["CampaignView"];
export type Wave = Schemas["WaveView"];
export type Plan = Schemas["PlanView"];
export type Member = Schemas["MemberView"];

const MOVING_MS = 5_000; // events tell at once; a soak that ends by time alone is seen so soon
const READY_MOST = 200;
const LEFT_OUT_MOST = 50;
export const PLANNED_SHOWN = 50;

export function campaignsQuery(search: CampaignsSearch) {
  const query = { ...windowOf(search, "-created_at"), state: search.state, bundle_id: search.bundle, search: search.name };
  return queryOptions({
    queryKey: ["campaigns", "list", search],
    queryFn: ({ signal }) => got(client.GET("/api/v11/campaigns/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function moves(campaign: Campaign | undefined): boolean {
  return campaign !== undefined && ["running", "rolling_back", "scheduled", "paused"].includes(campaign.state);
}

export function campaignQuery(id: string) {
  return queryOptions({
    queryKey: ["campaigns", "one", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/campaigns/{id}/", { params: { path: { id } }, signal })),
    refetchInterval: (query) => (moves(query.state.data) ? MOVING_MS : false),
  });
}

export function readCampaign(id: string, signal?: AbortSignal) {
  return gotMarked(client.GET("/api/v11/campaigns/{id}/", { params: { path: { id } }, signal }));
}

/** As it was when somebody began to change it: what moves meanwhile does not move under their hands. */
export function markedCampaignQuery(id: string) {
  return queryOptions({
    queryKey: ["changing", "campaigns", id],
    queryFn: ({ signal }) => readCampaign(id, signal),
    gcTime: 0,
    staleTime: Infinity,
  });
}

export function membersQuery(id: string, search: MembersSearch) {
  const wave = search.wave === undefined ? undefined : search.wave - 1;
  const query = { ...windowOf(search, "wave"), wave, state: search.member };
  return queryOptions({
    queryKey: ["campaigns", "members", id, search],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/campaigns/{id}/members/", { params: { path: { id }, query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function exclusionsQuery(id: string) {
  return queryOptions({
    queryKey: ["campaigns", "exclusions", id],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/campaigns/{id}/exclusions/", {
          params: { path: { id }, query: { limit: LEFT_OUT_MOST } },
          signal,
        }),
      ),
  });
}

/** The plan that is kept: put there as it is drawn up, asked for otherwise. */
export function planKey(id: string) {
  return ["plans", id];
}

export function planQuery(id: string) {
  return queryOptions({
    queryKey: planKey(id),
    queryFn: ({ signal }) => got(client.GET("/api/v11/campaigns/{id}/plan/", { params: { path: { id } }, signal })),
  });
}

/** The plan beside what became of it, as far as it has come. */
export function comparisonQuery(id: string) {
  return queryOptions({
    queryKey: ["campaigns", "comparison", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/campaigns/{id}/comparison/", { params: { path: { id } }, signal })),
  });
}

export type PlannedFilter = "no_way_back" | "offline";

/** What each Unit of the plan has before and after, the first of them. */
export function plannedQuery(id: string, only: PlannedFilter | undefined) {
  const query = { limit: PLANNED_SHOWN, ...(only ? { [only]: true } : {}) };
  return queryOptions({
    queryKey: ["planned", id, only],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/campaigns/{id}/plan/members/", { params: { path: { id }, query }, signal })),
  });
}

/** Bundles that a campaign can bring, newest first. */
export const readyBundlesQuery = queryOptions({
  queryKey: ["bundles", "ready"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/deployment-bundles/", { params: { query: { state: "ready", limit: READY_MOST } }, signal })),
});

/** How many Units match now, over the fleets given, or all. */
export function matchingQuery(fleets: string[], selector: string) {
  const within = fleets.length ? fleets : [undefined];
  return queryOptions({
    queryKey: ["units", "matching", fleets, selector],
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        within.map((fleet_id) => {
          const query = { limit: 0, fleet_id, selector: selector || undefined, status: "provisioned" as const };
          return got(client.GET("/api/v11/units/", { params: { query }, signal }));
        }),
      );
      return pages.reduce((sum, page) => sum + page.total, 0);
    },
  });
}
