import type { components } from "./schema";

export type ErrorView = components["schemas"]["ErrorView"];

/** Why a request did not work: what the API said, with the id under which it is in the cloud's log. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly said: Partial<ErrorView> & { message: string },
  ) {
    super(said.message);
    this.name = "Problem";
  }

  /** What was said, without the cure at its end, which pages show apart. */
  get sentence(): string {
    const end = ` (${this.said.cure ?? ""})`;
    return this.message.endsWith(end) ? this.message.slice(0, -end.length) : this.message;
  }

  get requestId(): string {
    return this.said.request_id ?? "";
  }

  get signedOut(): boolean {
    return this.status === 401;
  }

  get notAllowed(): boolean {
    return this.status === 403;
  }

  /** Nothing is wrong with the question: asking again may help. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Whatever came back with a bad status, as a Problem; a proxy's page of HTML counts as nothing said. */
export function problemOf(status: number, body: unknown, requestId: string | null): Problem {
  const said = typeof body === "object" && body !== null ? (body as Partial<ErrorView>) : {};
  const message = typeof said.message === "string" && said.message ? said.message : `the server answered ${status}`;
  return new Problem(status, { ...said, message, request_id: said.request_id ?? requestId ?? "" });
}
