import { useState } from "react";
import { got, type Answer } from "./client";
import { KEY, type Key } from "./keys";
import { Problem } from "./problem";

const AGAIN_MS = 1000;

export type Once = <Done>(ask: (header: Key) => Promise<Answer<Done>>) => Promise<Done>;

/** Commands of one form or dialog: what is sent again unchanged before its answer came, by a second click or after the
 * line was lost, has its first key, and so is done once. */
export function useOnce(): Once {
  const [once] = useState(() => onceEach());
  return once;
}

/** Where the line is lost, it is asked again by itself at first. */
export function onceEach(againMs = AGAIN_MS): Once {
  let name: string = crypto.randomUUID();
  return async (ask) => {
    const header = { [KEY]: name };
    const done = await got(ask(header)).catch(async (error: unknown) => {
      if (!(error instanceof Problem) || error.status !== 0) throw error;
      await new Promise((go) => setTimeout(go, againMs));
      return got(ask(header));
    });
    name = crypto.randomUUID();
    return done;
  };
}
