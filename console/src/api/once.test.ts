import { expect, test } from "vitest";
import type { Answer } from "./client";
import { once, type Key } from "./once";
import { Problem } from "./problem";

function cloud(...answers: (Answer<string> | Error)[]) {
  const keys: string[] = [];
  const ask = (header: Key) => {
    keys.push(header["Idempotency-Key"]);
    const answer = answers.shift();
    return answer instanceof Error || !answer ? Promise.reject(answer ?? new Error("asked too often")) : Promise.resolve(answer);
  };
  return { keys, ask };
}

const done: Answer<string> = { data: "done", response: new Response() };
const lost = new TypeError("failed to fetch");

test("a command whose answer is lost is asked again under the same key", async () => {
  const { keys, ask } = cloud(lost, done);
  expect(await once(ask, 0)).toBe("done");
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test("two commands have two keys", async () => {
  const { keys, ask } = cloud(done, done);
  await once(ask, 0);
  await once(ask, 0);
  expect(new Set(keys).size).toBe(2);
});

test("a command that is refused or lost twice is not asked again", async () => {
  const refused: Answer<string> = { error: { message: "no" }, response: new Response(null, { status: 409 }) };
  const no = cloud(refused);
  await expect(once(no.ask, 0)).rejects.toMatchObject({ status: 409 });
  expect(no.keys).toHaveLength(1);
  const gone = cloud(lost, lost);
  await expect(once(gone.ask, 0)).rejects.toBeInstanceOf(Problem);
  expect(gone.keys).toHaveLength(2);
});
