import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, got, setCsrfToken } from "../api/client";
import { Problem } from "../api/problem";
import { setSession } from "./current";

/** End the session. A browser with a certificate would be in again at once, so the page stays out until asked. */
export function useSignOut() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      try {
        await got(client.POST("/api/v11/sign-out/"));
      } catch (error) {
        if (!(error instanceof Problem) || error.passing) throw error; // without a session there is none to end
      }
    },
    onSuccess: () => {
      setCsrfToken(undefined);
      setSession("out");
      cache.clear();
    },
  });
}
