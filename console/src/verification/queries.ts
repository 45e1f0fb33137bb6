import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import type { Once } from "../api/once";
import { windowOf } from "../parts/list";
import type { BatchesSearch } from "./search";

export type Batch = Schemas["BatchView"];
export type Report = Schemas["ReportView"];
export type Evidence = Schemas["EvidenceView"];
export type Totals = Schemas["Totals"];
/** The API says all of it, whatever may be left out of a question. */
export type Settings = Required<Schemas["SettingsBody"]> & { criteria: Schemas["CriteriaBody"] };

const AWAITING_MOST = 5;
const OPEN: ReadonlySet<Batch["state"]> = new Set(["resolving", "awaiting_approval", "verifying"]);

/** Whether people can still end it. */
export function isOpen(batch: Batch): boolean {
  return OPEN.has(batch.state);
}

export function batchesQuery(search: BatchesSearch) {
  const query = {
    ...windowOf(search, "-created_at"),
    search: search.name,
    state: search.state,
    bundle_id: search.bundle,
    fleet_id: search.fleet,
  };
  return queryOptions({
    queryKey: ["verification", "list", search],
    queryFn: ({ signal }) => got(client.GET("/api/v11/verification-batches/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** All of a batch, which is its report. */
export function reportQuery(id: string) {
  return queryOptions({
    queryKey: ["verification", "one", id],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/verification-batches/{id}/report/", { params: { path: { id } }, signal })),
  });
}

/** Batches that wait for a person, the first few. */
export const awaitingQuery = queryOptions({
  queryKey: ["verification", "awaiting"],
  queryFn: ({ signal }) =>
    got(
      client.GET("/api/v11/verification-batches/", {
        params: { query: { state: "awaiting_approval", limit: AWAITING_MOST } },
        signal,
      }),
    ),
});

/** How the organization verifies. */
export const settingsQuery = queryOptions({
  queryKey: ["verification", "settings"],
  queryFn: ({ signal }) => got(client.GET("/api/v11/verification-settings/", { signal })) as Promise<Settings>,
});

export function approve(once: Once, { id }: Batch, architecture: string, digest: string, comment: string) {
  const body = { architecture, digest, comment };
  return once((header) =>
    client.POST("/api/v11/verification-batches/{id}/approve/", { params: { path: { id }, header }, body }),
  );
}

export function revoke(once: Once, { id }: Batch, architecture: string, comment: string) {
  const body = { architecture, comment };
  return once((header) =>
    client.POST("/api/v11/verification-batches/{id}/revoke/", { params: { path: { id }, header }, body }),
  );
}

export function end(once: Once, { id }: Batch, verb: "reject" | "cancel", comment: string) {
  const path = { id };
  return once((header) =>
    verb === "reject"
      ? client.POST("/api/v11/verification-batches/{id}/reject/", { params: { path, header }, body: { comment } })
      : client.POST("/api/v11/verification-batches/{id}/cancel/", { params: { path, header }, body: { comment } }),
  );
}

/** `about`: index digests; none of them is all that the bundle brings. */
export function sendEvidence(id: string, kind: Evidence["kind"], about: string[], file: File) {
  const form = new FormData();
  form.append("file", file, file.name);
  return got(
    client.POST("/api/v11/verification-batches/{id}/evidence/", {
      params: { path: { id }, query: { kind, about } },
      body: { file: file.name },
      bodySerializer: () => form,
    }),
  );
}
