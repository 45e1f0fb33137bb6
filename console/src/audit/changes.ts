import type { Schemas } from "../api/client";
import { utc } from "../parts/format";
import { words } from "../words/en";

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

const FIRST_US = 1e15; // 2001: a number that large, in a field named so, is an instant in microseconds

/** A field's value: instants as times in UTC, as they are stored. */
function inField(field: string, value: unknown): string {
  const instant = typeof value === "number" && value > FIRST_US && /_(at|after|seen)$/.test(field);
  return instant ? words.time.utc(utc(new Date(value / 1000).toISOString())) : shown(value);
}

/** What differs, field by field; a side that was not there has none. */
export function differences(change: Change): Difference[] {
  const fields = new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})]);
  const side = (values: Record<string, unknown> | null, field: string) =>
    values === null || !(field in values) ? undefined : inField(field, values[field]);
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
