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
              search: search.name,
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

/** What bounds the Units of an OEM: how many there are, and how many of them are at risk at once. */
export const BOUNDS = {
  limits: { path: "/api/v11/organizations/{id}/limits/", operation: "organization_limits" },
  riskBudget: { path: "/api/v11/organizations/{id}/risk-budget/", operation: "risk_budget" },
} as const;
export type Bound = keyof typeof BOUNDS;

export function boundQuery(bound: Bound, id: string) {
  return queryOptions({
    queryKey: ["organizations", bound, id],
    queryFn: ({ signal }) => got(client.GET(BOUNDS[bound].path, { params: { path: { id } }, signal })),
  });
}

export function setBound(bound: Bound, id: string, most: number | null) {
  return got(client.PUT(BOUNDS[bound].path, { params: { path: { id } }, body: { units_most: most } }));
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
