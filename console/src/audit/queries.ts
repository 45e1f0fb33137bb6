import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { windowOf } from "../parts/list";
import { beginOf, type AuditSearch } from "./search";
import { together } from "./together";

export type AuditLine = Schemas["AuditLineView"];

export type Verdict = Schemas["TrailVerdictView"];

const RECENT = 8;
const OF_ONE = 50;

export function auditQuery(search: AuditSearch) {
  return queryOptions({
    queryKey: ["audit", "list", search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/audit/", {
          params: {
            query: {
              ...windowOf(search, "-number"),
              operation: search.operation,
              who: search.who,
              outcome: search.outcome,
              target: search.target,
              since: beginOf(search.since),
              until: beginOf(search.until, 1),
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** Whether every line is as it was written: the cloud goes along some at a time, and `onPart` hears how far it is. */
export async function verifyTrail(onPart: (so: Verdict) => void): Promise<Verdict> {
  let found = await got(client.GET("/api/v11/audit/verify/"));
  while (found.resume !== null) {
    onPart(found);
    const more = await got(client.GET("/api/v11/audit/verify/", { params: { query: { resume: found.resume } } }));
    found = together(found, more);
  }
  return found;
}

/** The last few changes. */
export const recentQuery = queryOptions({
  queryKey: ["audit", "recent"],
  queryFn: ({ signal }) => got(client.GET("/api/v11/audit/", { params: { query: { limit: RECENT } }, signal })),
});

/** What was done to one thing. */
export function auditOfQuery(id: string) {
  return queryOptions({
    queryKey: ["audit", "of", id],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/audit/", { params: { query: { limit: OF_ONE, target: id } }, signal })),
  });
}

/** What one user did, the newest. */
export function auditByQuery(who: string) {
  return queryOptions({
    queryKey: ["audit", "by", who],
    queryFn: ({ signal }) => got(client.GET("/api/v11/audit/", { params: { query: { limit: RECENT, who } }, signal })),
  });
}
