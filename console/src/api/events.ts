import { useEffect, useSyncExternalStore } from "react";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import type { Schemas } from "./client";

export interface UnitEvent {
  unit_id: string;
  system_uid: string;
  online_status: Schemas["UnitView"]["online_status"];
  deployment: Schemas["UnitView"]["deployment"];
  reason: string;
  update_state: string;
  downloaded_bytes: number;
  total_bytes: number;
}

const LOST_AFTER_MS = 3_000; // a stream ends each minute and comes again at once: that is no loss
const GATHER_MS = 1_000;
const CAMPAIGN_MS = 300; // its figures are few and somebody watches them
const AGAIN_MS = [500, 1_000, 2_000, 5_000];

export type LinkState = "up" | "lost";

/** Whether events come in; pages say so when they do not. */
export class Link {
  state: LinkState = "up";
  private listeners = new Set<() => void>();
  private lost: number | undefined;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  current = (): LinkState => this.state;

  opened(): void {
    window.clearTimeout(this.lost);
    this.lost = undefined;
    this.become("up");
  }
  closed(): void {
    this.lost ??= window.setTimeout(() => this.become("lost"), LOST_AFTER_MS);
  }
  private become(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    this.listeners.forEach((listener) => listener());
  }
}

export const link = new Link();

export function useLink(): LinkState {
  return useSyncExternalStore(link.subscribe, link.current);
}

/** Calls `work` at most once in `GATHER_MS`, the last time included: many events are one look. */
export function gathered(work: () => void, wait = GATHER_MS): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      work();
    }, wait);
  };
}

/** A Unit's event changes what is known of it at once; what else it may have changed is looked up soon. */
export function applied(cache: QueryClient, event: UnitEvent): void {
  for (const key of [event.system_uid, event.unit_id]) {
    cache.setQueryData<Schemas["UnitDetailView"]>(["units", "one", key], (old) =>
      old === undefined
        ? old
        : {
            ...old,
            online_status: event.online_status,
            deployment: event.deployment,
            reason: event.reason,
            ...(event.update_state
              ? { update_state: event.update_state, downloaded_bytes: event.downloaded_bytes, total_bytes: event.total_bytes }
              : {}),
          },
    );
  }
}

/** Keeps what is on the page fresh while it is open; after a gap everything is asked for anew. */
export function useEvents(wanted: boolean): void {
  const cache = useQueryClient();
  useEffect(() => {
    if (!wanted) return;
    let source: EventSource | undefined;
    let again: number | undefined;
    let failures = 0;
    let begun = false;
    const units = gathered(() => void cache.invalidateQueries({ queryKey: ["units"] }));
    const campaigns = gathered(() => {
      void cache.invalidateQueries({ queryKey: ["campaigns"] });
      void cache.invalidateQueries({ queryKey: ["verification"] }); // a trial is a campaign, with Units of its own
      void cache.invalidateQueries({ queryKey: ["units", "explanation"] });
    }, CAMPAIGN_MS);
    const batches = gathered(() => void cache.invalidateQueries({ queryKey: ["verification"] }), CAMPAIGN_MS);
    const everything = gathered(() => void cache.invalidateQueries(), 0);
    const open = () => {
      source = new EventSource("/api/v11/events/");
      source.onopen = () => {
        failures = 0;
        link.opened();
        if (begun) everything();
        begun = true;
      };
      source.addEventListener("unit", (message) => {
        applied(cache, JSON.parse((message as MessageEvent<string>).data) as UnitEvent);
        units();
      });
      source.addEventListener("campaign", campaigns);
      source.addEventListener("batch", batches);
      source.addEventListener("missed", everything);
      source.onerror = () => {
        link.closed();
        source?.close();
        window.clearTimeout(again);
        again = window.setTimeout(open, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
        if (failures > 1) void cache.invalidateQueries({ queryKey: ["me"] });
      };
    };
    open();
    return () => {
      window.clearTimeout(again);
      source?.close();
      link.opened();
    };
  }, [cache, wanted]);
}
