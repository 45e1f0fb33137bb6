import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf } from "../parts/list";
import type { OrganizationsSearch } from "./search";

export type Organization = Schemas["OrganizationView"];

const NAMED_MOST = 1000;

export function organizationsQuery(search: OrganizationsSearch) {
  return queryOptions({
    queryKey: ["organizations", "list", search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/organizations/", {
          params: {
            query: {
              ...windowOf(search, "title"),
              kind: search.kind,
              title: search.title,
              active: search.active === undefined ? undefined : search.active === "yes",
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function organizationQuery(id: string) {
  return queryOptions({
    queryKey: ["organizations", "one", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/organizations/{id}/", { params: { path: { id } }, signal })),
  });
}

export function limitsQuery(id: string) {
  return queryOptions({
    queryKey: ["organizations", "limits", id],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/organizations/{id}/limits/", { params: { path: { id } }, signal })),
  });
}

/** Those that one may know of, for names and choices. */
export const organizationsByIdQuery = queryOptions({
  queryKey: ["organizations", "titles"],
  queryFn: async ({ signal }) => {
    const page = await got(client.GET("/api/v11/organizations/", { params: { query: { limit: NAMED_MOST } }, signal }));
    return new Map(page.items.map((one) => [one.id, one]));
  },
  staleTime: 60_000,
});
