import { queryOptions } from "@tanstack/react-query";
import { client, got } from "../api/client";
import { recentSince } from "../items/bundlesSearch";

const SHOWN = 5;
const AGAIN_MS = 15_000; // no event tells of these

/** How many bundles were rejected lately: what nobody sent anew for two weeks waits for nobody any more. */
export const rejectedQuery = queryOptions({
  queryKey: ["bundles", "rejected"],
  queryFn: ({ signal }) =>
    got(
      client.GET("/api/v11/deployment-bundles/", {
        params: { query: { state: "rejected", since: recentSince(), limit: 0 } },
        signal,
      }),
    ),
  refetchInterval: AGAIN_MS,
});

/** How many Units wait to be let in. */
export const waitingQuery = queryOptions({
  queryKey: ["waiting", "count"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/waiting-units/", { params: { query: { status: "waiting", limit: 0 } }, signal })),
  refetchInterval: AGAIN_MS,
});

/** Campaigns that were halted, the first few. */
export const haltedQuery = queryOptions({
  queryKey: ["campaigns", "halted"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/campaigns/", { params: { query: { state: "halted", limit: SHOWN } }, signal })),
  refetchInterval: AGAIN_MS,
});

/** Certificates of Units that end within 30 days, the first few. */
export const endingQuery = queryOptions({
  queryKey: ["units", "ending"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/units/certificates/expiring/", { params: { query: { limit: SHOWN } }, signal })),
});
