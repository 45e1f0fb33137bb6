import type { Schemas } from "../api/client";

/** An exact version of an item, as far as it is chosen. */
export interface VersionRow {
  item: string;
  version: string;
}

/** A number, or a further revision of one, while somebody writes it. */
export interface Draft {
  number: string;
  system: string;
  rows: VersionRow[];
  note: string;
}

export const NO_ROW: VersionRow = { item: "", version: "" };

/** A new number, or a revision that begins as what is registered. */
export function draftOf(before: Schemas["RxswinView"] | undefined): Draft {
  return {
    number: before?.number ?? "",
    system: before?.target_system_id ?? "",
    rows: before?.items.map(({ item_id, version }) => ({ item: item_id, version })) ?? [NO_ROW],
    note: "",
  };
}

/** What is asked for; undefined as long as something is missing, or an item is there twice. */
export function said({ number, system, rows, note }: Draft, revise: boolean): Schemas["NewRxswin"] | undefined {
  const chosen = rows.filter((row) => row.item);
  const once = new Set(chosen.map((row) => row.item)).size === chosen.length;
  if (!number.trim() || !system || !chosen.length || !once || chosen.some((row) => !row.version)) return undefined;
  const items = chosen.map((row) => ({ item_id: row.item, version: row.version }));
  return { target_system_id: system, number: number.trim(), items, note: note.trim(), revise };
}
