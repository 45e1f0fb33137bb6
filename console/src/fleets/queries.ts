import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf, type ListSearch } from "../parts/list";

export type Fleet = Schemas["FleetView"];

const NAMED_MOST = 1000;

export function fleetsQuery(search: ListSearch) {
  return queryOptions({
    queryKey: ["fleets", "list", search],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/fleets/", { params: { query: windowOf(search, "title") }, signal })),
    placeholderData: keepPreviousData,
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
