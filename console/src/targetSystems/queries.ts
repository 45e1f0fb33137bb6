import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { gotMarked } from "../api/marked";
import { windowOf, type NamedSearch } from "../parts/list";

export type TargetSystem = Schemas["TargetSystemView"];
export type NodeKind = Schemas["NodeKind"];

const NAMED_MOST = 1000;

export function targetSystemsQuery(search: NamedSearch) {
  const query = { ...windowOf(search, "title"), search: search.name };
  return queryOptions({
    queryKey: ["target-systems", "list", search],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/target-systems/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function readTargetSystem(id: string, signal?: AbortSignal) {
  return gotMarked(client.GET("/api/v11/target-systems/{id}/", { params: { path: { id } }, signal }));
}

export function targetSystemQuery(id: string) {
  return queryOptions({
    queryKey: ["target-systems", "one", id],
    queryFn: ({ signal }) => readTargetSystem(id, signal),
  });
}

/** Titles of target systems, for names and choices. */
export const targetSystemsByIdQuery = queryOptions({
  queryKey: ["target-systems", "titles"],
  queryFn: async ({ signal }) => {
    const query = { limit: NAMED_MOST };
    const page = await got(client.GET("/api/v11/target-systems/", { params: { query }, signal }));
    return new Map(page.items.map((system) => [system.id, system.title]));
  },
  staleTime: 60_000,
});

/** The Units of one kind. */
export function unitsOfKindQuery(id: string, search: NamedSearch) {
  return queryOptions({
    queryKey: ["units", "kind", id, search],
    queryFn: ({ signal }) => {
      const query = { ...windowOf(search, "system_uid"), target_system_id: id };
      return got(client.GET("/api/v11/units/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
