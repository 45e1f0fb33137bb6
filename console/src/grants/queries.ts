import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf, type ListSearch } from "../parts/list";

export type Grant = Schemas["GrantView"];
export type Sight = Grant["sees"][number];

/** What a Service Provider may be let see, in the order of the dialog. */
export const SIGHTS: Sight[] = ["deployment_results", "alerts"];

const MOST = 1000;

export function grantsQuery(search: ListSearch) {
  return queryOptions({
    queryKey: ["grants", "list", search],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/grants/", { params: { query: windowOf(search, "-created_at") }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Services that one sees of somebody, by id. */
export const servicesQuery = queryOptions({
  queryKey: ["items", "services"],
  queryFn: async ({ signal }) => {
    const page = await got(
      client.GET("/api/v11/items/", { params: { query: { type: "service", limit: MOST } }, signal }),
    );
    return new Map(page.items.map((item) => [item.id, item]));
  },
});
