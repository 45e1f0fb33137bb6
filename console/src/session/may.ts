import { operationWords } from "../parts/format";

/** `units_list`, `units_move` as `units: list, move`; in order. */
export function byNoun(operations: readonly string[]): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const operation of [...operations].sort()) {
    const at = operation.lastIndexOf("_");
    const noun = operationWords(operation.slice(0, at));
    found.set(noun, [...(found.get(noun) ?? []), operation.slice(at + 1)]);
  }
  return [...found];
}
