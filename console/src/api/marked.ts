import { got } from "./client";

/** A thing as it was read, and the mark that a change of it names: the API refuses to undo what it does not know. */
export interface Marked<T> {
  thing: T;
  mark: string;
}

export async function gotMarked<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Marked<T>> {
  let mark = "";
  const thing = await got(
    asked.then((answer) => {
      mark = answer.response.headers.get("etag") ?? "";
      return answer;
    }),
  );
  return { thing, mark };
}

export function ifMatch(mark: string): { "if-match"?: string } {
  return mark ? { "if-match": mark } : {};
}
