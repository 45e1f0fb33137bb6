import { operationWords } from "../parts/format";

const PERSONAL = /^(own_|sign_|users_me_)/;

/** Operations that a program may be given, of those that a person has: what is a person's own is not among them. */
export function givable(operations: readonly string[]): { value: string; title: string }[] {
  return operations
    .filter((operation) => !PERSONAL.test(operation))
    .map((value) => ({ value, title: operationWords(value) }))
    .sort((a, b) => a.title.localeCompare(b.title));
}
