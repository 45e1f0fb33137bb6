import "@patternfly/react-core/dist/styles/base.css";
import "./frame/frame.css";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { attend } from "./api/attendance";
import { Problem } from "./api/problem";
import { App } from "./frame/App";
import { applyTheme } from "./frame/theme";

applyTheme();
attend(window);

/** The session may have ended: ask who is signed in. Whoever is not in yet is told by the door itself. */
function heard(error: unknown): void {
  const was = cache.getQueryData(["me"]) !== undefined;
  if (was && error instanceof Problem && error.signedOut) void cache.invalidateQueries({ queryKey: ["me"] });
}

const cache: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => (query.queryKey[0] === "me" ? undefined : heard(error)) }),
  mutationCache: new MutationCache({ onError: heard }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && error instanceof Problem && error.passing,
    },
  },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
