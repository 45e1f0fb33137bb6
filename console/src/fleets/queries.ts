import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { gotMarked } from "../api/marked";
import { windowOf, type NamedSearch } from "../parts/list";

export type Fleet = Schemas["FleetView"];

const NAMED_MOST = 1000;

export function fleetsQuery(search: NamedSearch) {
  const query = { ...windowOf(search, "title"), search: search.name };
  return queryOptions({
    queryKey: ["fleets", "list", search],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/fleets/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function readFleet(id: string, signal?: AbortSignal) {
  return gotMarked(client.GET("/api/v11/fleets/{id}/", { params: { path: { id } }, signal }));
}

export function fleetQuery(id: string) {
  return queryOptions({ queryKey: ["fleets", "one", id], queryFn: ({ signal }) => readFleet(id, signal) });
}

/** How many provisioned Units of a fleet there are in each state. */
export function fleetCountsQuery(id: string) {
  return queryOptions({
    queryKey: ["units", "counts", id],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/unit-counts/", { params: { query: { fleet_id: id, status: "provisioned" } }, signal })),
  });
}

/** Titles of fleets, for names and choices. */
export const fleetsByIdQuery = queryOptions({
  queryKey: ["fleets", "titles"],
  queryFn: async ({ signal }) => {
    const page = await got(client.GET("/api/v11/fleets/", { params: { query: { limit: NAMED_MOST } }, signal }));
    return new Map(page.items.map((fleet) => [fleet.id, fleet.title]));
  },
  staleTime: 60_000,
});
