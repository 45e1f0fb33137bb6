import type { Middleware } from "openapi-fetch";
import type { paths } from "./schema";

export const KEY = "Idempotency-Key";
export type Key = Record<typeof KEY, string>;

type Keyed<Operation> = Operation extends { parameters: { header?: infer Header } }
  ? Header extends { [KEY]?: string | null }
    ? Omit<Operation, "parameters"> & { parameters: Omit<Operation["parameters"], "header"> & { header: Header & Key } }
    : Operation
  : Operation;

/** The API, where whatever takes a key must be given one. */
export type KeyedPaths = { [Path in keyof paths]: { [Method in keyof paths[Path]]: Keyed<paths[Path][Method]> } };

/** A form names its commands once; each is another one by what it says. */
export const keyed: Middleware = {
  async onRequest({ request }) {
    const named = request.headers.get(KEY);
    if (named) request.headers.set(KEY, `${named}-${await digestOf(request)}`);
    return request;
  },
};

async function digestOf(request: Request): Promise<string> {
  const said = [request.method, request.url, request.headers.get("if-match") ?? "", await request.clone().text()];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(said.join("\n")));
  return [...new Uint8Array(digest).subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
