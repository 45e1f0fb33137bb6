import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf } from "../parts/list";
import type { PeopleSearch } from "./search";

export type User = Schemas["UserView"];

export function peopleQuery(search: PeopleSearch) {
  return queryOptions({
    queryKey: ["people", "list", search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/users/", {
          params: { query: { ...windowOf(search, "username"), role: search.role } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
