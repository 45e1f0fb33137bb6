import { queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { wentWrong } from "../campaigns/standing";
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

const LATELY_MS = 86_400_000;

/** Campaigns that were stopped: halted, on their way back, or back within a day for a fault; the first few of each. */
export const stoppedQuery = queryOptions({
  queryKey: ["campaigns", "stopped"],
  queryFn: async ({ signal }) => {
    const found = await Promise.all(
      (["halted", "rolling_back", "rolled_back"] as const).map((state) => {
        const query = { state, limit: SHOWN, ordering: "-created_at" };
        return got(client.GET("/api/v11/campaigns/", { params: { query }, signal }));
      }),
    );
    return found.flatMap((page) => page.items).filter((one) => one.state !== "rolled_back" || wentBackLately(one));
  },
  refetchInterval: AGAIN_MS,
});

/** Not where a person had it go back though nothing was wrong. */
function wentBackLately({ waves }: Schemas["CampaignView"]): boolean {
  const lately = waves.some((wave) => wave.undoes !== null && Date.parse(wave.begun_at ?? "") > Date.now() - LATELY_MS);
  return lately && waves.some(wentWrong);
}

/** Certificates of Units that end within 30 days, the first few. */
export const endingQuery = queryOptions({
  queryKey: ["units", "ending"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/units/certificates/expiring/", { params: { query: { limit: SHOWN } }, signal })),
});
