import { useSyncExternalStore } from "react";

/** `link`, `invited`, `choice`: the address carried one; `out`: the person signed out here; `in`: the cloud decides. */
export type SessionState = "in" | "out" | "link" | "invited" | "choice";

const DOOR = "/sign-in";

/** `choice` and `error` are how a sign-in at a provider comes back. */
interface Carried {
  link?: string;
  invitation?: string;
  choice?: string;
  error?: string;
}

/** What a one-time address carries after its `#`, which a browser tells nobody. */
export function carried(path: string, hash: string): Carried {
  if (path !== DOOR) return {};
  const found = new URLSearchParams(hash.slice(1));
  const named = (name: string) => found.get(name) ?? undefined;
  return { link: named("link"), invitation: named("invitation"), choice: named("choice"), error: named("error") };
}

/** The address of an invitation, for whoever sends it. */
export function invitationAddress(token: string): string {
  return `${window.location.origin}${DOOR}#invitation=${encodeURIComponent(token)}`;
}

/** What somebody came with; it is in the address no more. */
export const arrived = carried(window.location.pathname, window.location.hash);
if (window.location.pathname === DOOR) window.history.replaceState(null, "", "/");

const listeners = new Set<() => void>();
function begun(): SessionState {
  if (arrived.link) return "link";
  if (arrived.invitation) return "invited";
  if (arrived.choice) return "choice";
  return arrived.error ? "out" : "in";
}

let state: SessionState = begun();

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
