import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf } from "../parts/list";
import { recentSince, type BundlesSearch } from "./bundlesSearch";
import { needsOf } from "./graph";
import type { ItemsSearch } from "./search";

export type Item = Schemas["ItemView"];
export type Version = Schemas["VersionView"];
export type Configuration = Schemas["Configuration"];
export type ItemAlert = Schemas["ItemAlertView"];
export type Bundle = Schemas["BundleView"];

const VERSIONS_MOST = 200;
const NAMED_MOST = 1000;
export const UNITS_EACH = 20;
export const ALERTS_EACH = 10;

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

/** How instances of a version run; a version never changes. */
export function configurationQuery(id: string, version: string) {
  return queryOptions({
    queryKey: ["items", "configuration", id, version],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/items/{id}/configuration/", { params: { path: { id }, query: { version } }, signal }),
      ),
    staleTime: Infinity,
  });
}

/** What a version needs, all the way down. */
export function needsQuery(item: { id: string; codename: string }, version: Version) {
  return queryOptions({
    queryKey: ["items", "needs", version.id],
    queryFn: ({ signal }) =>
      needsOf(item, version, async (id) => {
        const query = { limit: 1 };
        const page = await got(client.GET("/api/v11/items/{id}/versions/", { params: { path: { id }, query }, signal }));
        return page.items[0];
      }),
  });
}

/** How many Units have which version. */
export function unitCountsQuery(id: string) {
  return queryOptions({
    queryKey: ["units", "of item", id, "counts"],
    queryFn: ({ signal }) => got(client.GET("/api/v11/items/{id}/unit-counts/", { params: { path: { id } }, signal })),
  });
}

/** The Units that have a version, page by page. */
export function itemUnitsQuery(id: string, version: string, page: number) {
  const query = { version, limit: UNITS_EACH, offset: (page - 1) * UNITS_EACH };
  return queryOptions({
    placeholderData: keepPreviousData,
    queryKey: ["units", "of item", id, version, page],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/items/{id}/units/", {
          params: { path: { id }, query },
          signal,
        }),
      ),
  });
}

/** How many instances run at OEMs that let it be seen. */
export function deploymentCountsQuery(id: string) {
  return queryOptions({
    queryKey: ["items", "deployments", id],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/items/{id}/deployment-counts/", { params: { path: { id } }, signal })),
  });
}

/** Alerts of instances at OEMs that let them be seen, newest first, page by page. */
export function itemAlertsQuery(id: string, page: number) {
  const query = { limit: ALERTS_EACH, offset: (page - 1) * ALERTS_EACH };
  return queryOptions({
    placeholderData: keepPreviousData,
    queryKey: ["items", "alerts", id, page],
    queryFn: ({ signal }) => got(client.GET("/api/v11/items/{id}/alerts/", { params: { path: { id }, query }, signal })),
  });
}

export function bundlesQuery(search: BundlesSearch) {
  return queryOptions({
    queryKey: ["bundles", "list", search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/deployment-bundles/", {
          params: {
            query: {
              ...windowOf(search, "-created_at"),
              search: search.name,
              state: search.state,
              since: search.recent ? recentSince() : undefined,
            },
          },
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

/** Items to choose from, by a part of their names. */
export const itemNamesQuery = queryOptions({
  queryKey: ["items", "names"],
  queryFn: async ({ signal }) => {
    const page = await got(client.GET("/api/v11/items/", { params: { query: { limit: NAMED_MOST, ordering: "codename" } }, signal }));
    return new Map(page.items.map((item) => [item.id, item.codename]));
  },
  staleTime: 60_000,
});

/** Versions of an item to choose from. */
export function versionNamesQuery(item: string) {
  return queryOptions({
    queryKey: ["items", "version-names", item],
    enabled: item !== "",
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/items/{id}/versions/", { params: { path: { id: item }, query: { limit: NAMED_MOST } }, signal })),
  });
}
