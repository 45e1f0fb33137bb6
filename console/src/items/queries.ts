import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf } from "../parts/list";
import type { BundlesSearch } from "./bundlesSearch";
import type { ItemsSearch } from "./search";

export type Item = Schemas["ItemView"];
export type Bundle = Schemas["BundleView"];

const VERSIONS_MOST = 200;

export function itemsQuery(search: ItemsSearch) {
  return queryOptions({
    queryKey: ["items", "list", search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/items/", {
          params: { query: { ...windowOf(search, "codename"), search: search.name, type: search.type } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function itemQuery(id: string) {
  return queryOptions({
    queryKey: ["items", "one", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/items/{id}/", { params: { path: { id } }, signal })),
  });
}

export function versionsQuery(id: string) {
  return queryOptions({
    queryKey: ["items", "versions", id],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/items/{id}/versions/", { params: { path: { id }, query: { limit: VERSIONS_MOST } }, signal }),
      ),
  });
}

export function bundlesQuery(search: BundlesSearch) {
  return queryOptions({
    queryKey: ["bundles", "list", search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/deployment-bundles/", {
          params: { query: { ...windowOf(search, "-created_at"), state: search.state } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function bundleQuery(id: string) {
  return queryOptions({
    queryKey: ["bundles", "one", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/deployment-bundles/{id}/", { params: { path: { id } }, signal })),
  });
}
