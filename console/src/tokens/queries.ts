import { queryOptions } from "@tanstack/react-query";
import { client, got, type Schemas } from "../api/client";

export type ApiToken = Schemas["ApiTokenView"];

const MOST = 200;

/** API tokens of one user. */
export function tokensQuery(user: string) {
  return queryOptions({
    queryKey: ["tokens", user],
    queryFn: ({ signal }) =>
      got(client.GET("/api/v11/api-tokens/", { params: { query: { user_id: user, limit: MOST } }, signal })),
  });
}

export function revokeToken(id: string) {
  return got(client.DELETE("/api/v11/api-tokens/{id}/", { params: { path: { id } } }));
}

export function makeToken(title: string, scopes: string[], days: number) {
  return got(client.POST("/api/v11/api-tokens/", { body: { title, scopes, valid_days: days } }));
}
