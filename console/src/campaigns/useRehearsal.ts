import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { client, got } from "../api/client";
import { RUNS, runsEach, type Inputs, type Played } from "./rehearsal";

/** What to take instead of what was recorded. */
export interface Assumed {
  failing?: number;
  takes_s?: number;
}

interface Seen {
  inputs?: Inputs;
  runs: readonly Played[];
}

/** Plays the plan many times, some runs at once: those that have come are there while the others still play. */
export function useRehearsal(id: string, members: number) {
  const [seen, setSeen] = useState<Seen>({ runs: [] });
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const play = useMutation({
    mutationFn: async (assumed: Assumed) => {
      stop.current = new AbortController();
      const { signal } = stop.current;
      setSeen({ runs: [] });
      for (let runs: Played[] = []; runs.length < RUNS; ) {
        const query = { runs: Math.min(runsEach(members), RUNS - runs.length), first: runs.length, ...assumed };
        const part = await got(client.GET("/api/v11/campaigns/{id}/rehearsal/", { params: { path: { id }, query }, signal }));
        runs = [...runs, ...part.runs];
        setSeen({ inputs: part.inputs, runs });
      }
    },
  });
  const stopped = play.error instanceof DOMException;
  return {
    ...seen,
    play: play.mutate,
    busy: play.isPending,
    error: stopped ? null : play.error,
    stop: () => stop.current?.abort(),
  };
}
