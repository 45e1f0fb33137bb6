import { queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";

export type Passkey = Schemas["PasskeyView"];
export type WebSession = Schemas["SessionView"];

const MOST = 200;
const window = { query: { limit: MOST } };

export const ownPasskeysQuery = queryOptions({
  queryKey: ["passkeys", "own"],
  queryFn: ({ signal }) => got(client.GET("/api/v11/users/me/passkeys/", { params: window, signal })),
});

export const ownSessionsQuery = queryOptions({
  queryKey: ["sessions", "own"],
  queryFn: ({ signal }) => got(client.GET("/api/v11/users/me/sessions/", { params: window, signal })),
});

/** Passkeys of somebody that one manages. */
export function passkeysOfQuery(user: string) {
  return queryOptions({
    queryKey: ["passkeys", user],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/passkeys/", { params: { query: { user_id: user, limit: MOST } }, signal })),
  });
}

/** Sessions of somebody that one manages. */
export function sessionsOfQuery(user: string) {
  return queryOptions({
    queryKey: ["sessions", user],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/sessions/", { params: { query: { user_id: user, limit: MOST } }, signal })),
  });
}
