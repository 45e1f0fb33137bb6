import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, got, setCsrfToken, type Schemas } from "../api/client";

export type Me = Schemas["MeView"];

async function who(): Promise<Me> {
  const me = await got<Me>(client.GET("/api/v11/users/me/"));
  setCsrfToken(me.session?.csrf_token);
  return me;
}

/** Who is signed in, and what they may do. */
export const meQuery = queryOptions({ queryKey: ["me"], queryFn: who, staleTime: 60_000, retry: false });

/** Whether the signed-in person may ask for an operation. */
export function useMay(): (operation: string) => boolean {
  const { data } = useQuery(meQuery);
  return (operation) => data?.effective_permissions.includes(operation) ?? false;
}
