import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf } from "../parts/list";
import type { RxswinsSearch } from "./search";

export type Rxswin = Schemas["RxswinView"];
export type Check = Schemas["RxswinCheckView"];

export function rxswinsQuery(search: RxswinsSearch) {
  const query = { ...windowOf(search, "number"), search: search.name, target_system_id: search.system };
  return queryOptions({
    queryKey: ["rxswins", "list", search],
    queryFn: ({ signal }) => got(client.GET("/api/v11/rxswins/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function rxswinQuery(id: string) {
  return queryOptions({
    queryKey: ["rxswins", "one", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/rxswins/{id}/", { params: { path: { id } }, signal })),
  });
}

/** The Units of a vehicle type against what is registered for it. */
export function checkQuery(system: string) {
  return queryOptions({
    queryKey: ["rxswins", "check", system],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/target-systems/{id}/rxswin-check/", { params: { path: { id: system } }, signal })),
  });
}
