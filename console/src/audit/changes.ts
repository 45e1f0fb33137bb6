import type { Schemas } from "../api/client";

export type Change = Schemas["ChangeView"];
export interface Difference {
  field: string;
  before: string | undefined;
  after: string | undefined;
}

/** A value as people read it: text as it is, everything else as JSON. */
export function shown(value: unknown): string {
  return typeof value === "string" && value.trim() ? value : JSON.stringify(value);
}

/** What differs, field by field; a side that was not there has none. */
export function differences(change: Change): Difference[] {
  const fields = new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})]);
  const side = (values: Record<string, unknown> | null, field: string) =>
    values === null || !(field in values) ? undefined : shown(values[field]);
  return [...fields]
    .sort()
    .map((field) => ({ field, before: side(change.before, field), after: side(change.after, field) }));
}

/** Which row: `id=5b7e`. */
export function keyWords(key: Record<string, unknown>): string {
  return Object.entries(key)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(", ");
}
