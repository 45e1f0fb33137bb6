import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { gotMarked } from "../api/marked";
import { windowOf, type ListSearch } from "../parts/list";
import { setsAsked, type SetsSearch } from "./search";

export type UnitSet = Schemas["UnitSetView"];

const MATCHES_SHOWN = 8;

export function setsQuery(search: SetsSearch) {
  return queryOptions({
    queryKey: ["sets", "list", search],
    queryFn: ({ signal }) => got(client.GET("/api/v11/unit-sets/", { params: { query: setsAsked(search) }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function readSet(id: string, signal?: AbortSignal) {
  return gotMarked(client.GET("/api/v11/unit-sets/{id}/", { params: { path: { id } }, signal }));
}

export function setQuery(id: string) {
  return queryOptions({ queryKey: ["sets", "one", id], queryFn: ({ signal }) => readSet(id, signal) });
}

export function setUnitsQuery(id: string, search: ListSearch) {
  return queryOptions({
    queryKey: ["sets", "units", id, search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/unit-sets/{id}/units/", {
          params: { path: { id }, query: windowOf(search, "system_uid") },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** The Units of a fleet that a selector finds now: how many, and the first. A decommissioned one is in no set. */
export function matchesQuery(fleet: string, selector: string) {
  return queryOptions({
    queryKey: ["units", "matches", fleet, selector],
    enabled: selector.trim() !== "" && fleet !== "",
    retry: false,
    queryFn: async ({ signal }) => {
      const asked = { fleet_id: fleet, selector, ordering: "system_uid" };
      const [all, gone] = await Promise.all([
        got(client.GET("/api/v11/units/", { params: { query: { ...asked, limit: MATCHES_SHOWN } }, signal })),
        got(client.GET("/api/v11/units/", { params: { query: { ...asked, limit: 1, status: "deprovisioned" } }, signal })),
      ]);
      return { total: all.total - gone.total, first: all.items.filter((unit) => unit.status !== "deprovisioned") };
    },
  });
}
