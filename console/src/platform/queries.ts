import { queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";

export type Platform = Schemas["PlatformView"];

const AGAIN_MS = 10_000;

export const platformQuery = queryOptions({
  queryKey: ["platform"],
  queryFn: ({ signal }) => got(client.GET("/api/v11/platform/", { signal })),
  refetchInterval: AGAIN_MS,
});
