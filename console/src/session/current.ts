import { useSyncExternalStore } from "react";

/** `link`: a one-time link is in the address; `out`: the person signed out here; `in`: the cloud decides. */
export type SessionState = "in" | "out" | "link";

export const LINK_PATH = "/sign-in";

const listeners = new Set<() => void>();
let state: SessionState = window.location.pathname === LINK_PATH && window.location.hash ? "link" : "in";

export function setSession(next: SessionState): void {
  state = next;
  listeners.forEach((listener) => listener());
}

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
