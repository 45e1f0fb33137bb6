import { got, type Answer } from "./client";
import { Problem } from "./problem";

export interface Key {
  "Idempotency-Key": string;
}

const AGAIN_MS = 1000;

/** Has the cloud do something once: where the line is lost, it is asked again under the same key. */
export async function once<T>(ask: (header: Key) => Promise<Answer<T>>, againMs = AGAIN_MS): Promise<T> {
  const header = { "Idempotency-Key": crypto.randomUUID() };
  try {
    return await got(ask(header));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 0) throw error;
    await new Promise((go) => setTimeout(go, againMs));
    return got(ask(header));
  }
}
