import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf } from "../parts/list";
import { waitingAsked, type KeysSearch, type WaitingSearch } from "./search";

export type WaitingUnit = Schemas["WaitingUnitView"];
export type EnrolmentKey = Schemas["EnrolmentKeyView"];

const LOOK_MS = 15_000; // no event says that a Unit knocks

export function waitingQuery(search: WaitingSearch) {
  return queryOptions({
    queryKey: ["enrolment", "waiting", search],
    queryFn: ({ signal }) => got(client.GET("/api/v11/waiting-units/", { params: { query: waitingAsked(search) }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_MS,
  });
}

export function keysQuery(search: KeysSearch) {
  return queryOptions({
    queryKey: ["enrolment", "keys", search],
    queryFn: ({ signal }) => {
      const query = { ...windowOf(search, "-created_at"), fleet_id: search.fleet };
      return got(client.GET("/api/v11/enrolment-keys/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
