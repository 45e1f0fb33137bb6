import { expect, test } from "vitest";
import type { Answer } from "./client";
import { KEY, keyed, type Key } from "./keys";
import { onceEach } from "./once";
import { Problem } from "./problem";

function cloud(...answers: (Answer<string> | Error)[]) {
  const keys: string[] = [];
  const ask = (header: Key) => {
    keys.push(header[KEY]);
    const answer = answers.shift();
    return answer instanceof Error || !answer ? Promise.reject(answer ?? new Error("asked too often")) : Promise.resolve(answer);
  };
  return { keys, ask };
}

const done: Answer<string> = { data: "done", response: new Response() };
const lost = new TypeError("failed to fetch");

test("a command whose answer is lost is asked again under the same key", async () => {
  const { keys, ask } = cloud(lost, done);
  expect(await onceEach(0)(ask)).toBe("done");
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test("a command that is said again before its answer came has its first key, and another one after that", async () => {
  const once = onceEach(0);
  const { keys, ask } = cloud(lost, lost, done, done, done);
  await expect(once(ask)).rejects.toBeInstanceOf(Problem);
  await Promise.all([once(ask), once(ask)]);
  expect(new Set(keys).size).toBe(1);
  await once(ask);
  expect(new Set(keys).size).toBe(2);
});

test("a command that is refused is not asked again by itself", async () => {
  const refused: Answer<string> = { error: { message: "no" }, response: new Response(null, { status: 409 }) };
  const no = cloud(refused);
  await expect(onceEach(0)(no.ask)).rejects.toMatchObject({ status: 409 });
  expect(no.keys).toHaveLength(1);
});

test("what a form says otherwise is another command, whatever the form is called", async () => {
  const keyOf = async (body: string, headers: Record<string, string> = {}) => {
    const request = new Request("https://cloud/fleets/", { method: "POST", body, headers: { [KEY]: "form", ...headers } });
    await keyed.onRequest!({ request } as Parameters<NonNullable<typeof keyed.onRequest>>[0]);
    return request.headers.get(KEY);
  };
  const key = await keyOf("north");
  expect(key).toMatch(/^form-[0-9a-f]{32}$/);
  expect(await keyOf("north")).toBe(key);
  expect(new Set([key, await keyOf("south"), await keyOf("north", { "if-match": "1" })]).size).toBe(3);
});
