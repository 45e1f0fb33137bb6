import { queryOptions } from "@tanstack/react-query";
import { client, got } from "../api/client";

const SHOWN = 5;

/** How many bundles were rejected. */
export const rejectedQuery = queryOptions({
  queryKey: ["bundles", "rejected"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/deployment-bundles/", { params: { query: { state: "rejected", limit: 0 } }, signal })),
});

/** Certificates of Units that end within 30 days, the first few. */
export const endingQuery = queryOptions({
  queryKey: ["units", "ending"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/units/certificates/expiring/", { params: { query: { limit: SHOWN } }, signal })),
});
