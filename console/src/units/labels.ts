import type { Pair } from "../parts/Pairs";

/** What to set and what to remove, so that the labels become these; rows without a name count as not there. */
export function labelChange(before: Record<string, string>, rows: Pair[]): { set: Record<string, string>; remove: string[] } {
  const now = new Map(rows.map(({ name, value }): [string, string] => [name.trim(), value.trim()]).filter(([name]) => name));
  return {
    set: Object.fromEntries([...now].filter(([name, value]) => before[name] !== value)),
    remove: Object.keys(before).filter((name) => !now.has(name)),
  };
}
