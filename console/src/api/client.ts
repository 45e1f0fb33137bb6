import createClient, { type Middleware } from "openapi-fetch";
import { UNATTENDED, unattended } from "./attendance";
import { keyed, type KeyedPaths } from "./keys";
import { Problem, problemOf } from "./problem";
import type { components } from "./schema";
import { words } from "../words/en";

export type Schemas = components["schemas"];

let csrfToken = "";

/** What a changing request repeats, so that no other site can make one; `users/me/` tells it. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token ?? "";
}

export function csrfHeader(): [string, string][] {
  return csrfToken ? [["x-csrf-token", csrfToken]] : [];
}

const marked: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") csrfHeader().forEach(([name, value]) => request.headers.set(name, value));
    else if (unattended()) request.headers.set(UNATTENDED, "true");
    return request;
  },
};

export const client = createClient<KeyedPaths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  cache: "no-store",
});
client.use(marked, keyed);

export interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What a request gave; raises Problem for everything else, a lost line included. */
export async function got<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, { message: words.problem.unreachable });
  }
  if (!answer.response.ok) {
    throw problemOf(answer.response.status, answer.error, answer.response.headers.get("x-request-id"));
  }
  return answer.data as T;
}
