import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { unitsAsked, type UnitsSearch } from "./search";

export type Unit = Schemas["UnitView"];
export type UnitDetail = Schemas["UnitDetailView"];
export type Variable = Schemas["VariableView"];

export function unitsQuery(search: UnitsSearch) {
  return queryOptions({
    queryKey: ["units", "list", search],
    queryFn: ({ signal }) => got(client.GET("/api/v11/units/", { params: { query: unitsAsked(search) }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function unitQuery(id: string) {
  return queryOptions({
    queryKey: ["units", "one", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/units/{id}/", { params: { path: { id } }, signal })),
  });
}

/** Why a Unit, or one item on it, is what it is. */
export function explanationQuery(id: string, item: string | undefined) {
  return queryOptions({
    queryKey: ["units", "explanation", id, item],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/units/{id}/explanation/", { params: { path: { id }, query: { item } }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** How many Units there are in each state; of a fleet, or of all. */
export const countsQuery = queryOptions({
  queryKey: ["units", "counts"],
  queryFn: ({ signal }) =>
    got(client.GET("/api/v11/unit-counts/", { params: { query: { status: "provisioned" } }, signal })),
});

export function variablesQuery(id: string) {
  return queryOptions({
    queryKey: ["units", "variables", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/units/{id}/variables/", { params: { path: { id } }, signal })),
  });
}

export const ALERTS_EACH = 10;

/** What the Unit raised, newest first, page by page. */
export function unitAlertsQuery(id: string, page: number) {
  const query = { limit: ALERTS_EACH, offset: (page - 1) * ALERTS_EACH };
  return queryOptions({
    queryKey: ["units", "alerts", id, page],
    queryFn: ({ signal }) => got(client.GET("/api/v11/units/{id}/alerts/", { params: { path: { id }, query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function certificatesQuery(id: string) {
  return queryOptions({
    queryKey: ["units", "certificates", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/units/{id}/certificates/", { params: { path: { id } }, signal })),
  });
}
