import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { gotMarked } from "../api/marked";
import type { Once } from "../api/once";
import { windowOf, type ListSearch } from "../parts/list";
import { subjectsAsked, type SubjectsSearch } from "./search";

export type Subject = Schemas["SubjectView"];
export type Assignment = Schemas["AssignmentView"];
export type KeptState = Schemas["StateView"];

const ALL = 1000;

export function subjectsQuery(search: SubjectsSearch) {
  return queryOptions({
    queryKey: ["subjects", "list", search],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/subjects/", { params: { query: subjectsAsked(search) }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function readSubject(id: string, signal?: AbortSignal) {
  return gotMarked(client.GET("/api/v11/subjects/{id}/", { params: { path: { id } }, signal }));
}

export function subjectQuery(id: string) {
  return queryOptions({ queryKey: ["subjects", "one", id], queryFn: ({ signal }) => readSubject(id, signal) });
}

export function subjectUnitsQuery(id: string, search: ListSearch) {
  return queryOptions({
    queryKey: ["subjects", "units", id, search],
    queryFn: ({ signal }) => {
      const params = { path: { id }, query: windowOf(search, "system_uid") };
      return got(client.GET("/api/v11/subjects/{id}/units/", { params, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function assignmentsQuery(id: string) {
  return queryOptions({
    queryKey: ["subjects", "assignments", id],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/subjects/{id}/assignments/", { params: { path: { id }, query: { limit: ALL } }, signal })),
  });
}

export function statesQuery(id: string) {
  return queryOptions({
    queryKey: ["subjects", "states", id],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/subjects/{id}/states/", { params: { path: { id }, query: { limit: ALL } }, signal })),
  });
}

export const readyBundlesQuery = queryOptions({
  queryKey: ["bundles", "ready"],
  queryFn: ({ signal }) => {
    const query = { limit: ALL, state: "ready", ordering: "-created_at" } as const;
    return got(client.GET("/api/v11/deployment-bundles/", { params: { query }, signal }));
  },
});

/** An item or a bundle for a subject. */
export function makeAssignment(once: Once, id: string, body: Schemas["NewAssignment"]) {
  return once((header) => client.POST("/api/v11/subjects/{id}/assignments/", { params: { path: { id }, header }, body }));
}
