import { useSyncExternalStore } from "react";

/** `link`, `invited`: the address carried one; `out`: the person signed out here; `in`: the cloud decides. */
export type SessionState = "in" | "out" | "link" | "invited";

const DOOR = "/sign-in";

/** What a one-time address carries after its `#`, which a browser tells nobody. */
export function carried(path: string, hash: string): { link?: string; invitation?: string } {
  if (path !== DOOR) return {};
  const found = new URLSearchParams(hash.slice(1));
  return { link: found.get("link") ?? undefined, invitation: found.get("invitation") ?? undefined };
}

/** The address of an invitation, for whoever sends it. */
export function invitationAddress(token: string): string {
  return `${window.location.origin}${DOOR}#invitation=${encodeURIComponent(token)}`;
}

/** What somebody came with; it is in the address no more. */
export const arrived = carried(window.location.pathname, window.location.hash);
if (window.location.pathname === DOOR) window.history.replaceState(null, "", "/");

const listeners = new Set<() => void>();
let state: SessionState = arrived.link ? "link" : arrived.invitation ? "invited" : "in";

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
