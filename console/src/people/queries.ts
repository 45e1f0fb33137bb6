import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";
import { gotMarked } from "../api/marked";
import { windowOf } from "../parts/list";
import type { PeopleSearch } from "./search";

export type User = Schemas["UserView"];
export type UserCertificate = Schemas["UserCertificateView"];
export type Invitation = Schemas["InvitationView"];

const MOST = 200;

export function peopleQuery(search: PeopleSearch) {
  return queryOptions({
    queryKey: ["people", "list", search],
    queryFn: ({ signal }) =>
      got(
        client.GET("/api/v11/users/", {
          params: {
            query: {
              ...windowOf(search, "username"),
              role: search.role,
              search: search.username,
              organization_id: search.organization,
              active: search.active === undefined ? undefined : search.active === "yes",
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function personQuery(id: string) {
  return queryOptions({
    queryKey: ["people", "one", id],
    queryFn: ({ signal }) => got(client.GET("/api/v11/users/{id}/", { params: { path: { id } }, signal })),
  });
}

/** As it is now, with the mark that a change of it names. */
export function readPerson(id: string) {
  return gotMarked(client.GET("/api/v11/users/{id}/", { params: { path: { id } } }));
}

export function markedPersonQuery(id: string) {
  return queryOptions({ queryKey: ["people", "marked", id], queryFn: () => readPerson(id), staleTime: 0, gcTime: 0 });
}

export function userCertificatesQuery(user: string) {
  return queryOptions({
    queryKey: ["user-certificates", user],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/user-certificates/", { params: { query: { user_id: user, limit: MOST } }, signal })),
  });
}

export function invitationsQuery(user: string) {
  return queryOptions({
    queryKey: ["invitations", user],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/invitations/", { params: { query: { user_id: user, limit: MOST } }, signal })),
  });
}

/** A way in that works once; its token is said only now. */
export function inviteUser(id: string, hours: number) {
  return got(client.POST("/api/v11/users/{id}/invitations/", { params: { path: { id } }, body: { valid_hours: hours } }));
}
