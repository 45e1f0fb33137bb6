import { useCallback, useState } from "react";
import { kept, keep } from "./kept";

interface Choosable {
  key: string;
  optional?: boolean;
}

/** Which columns of a table a person wants to see; the browser remembers. */
export function useChosenColumns(table: string, columns: Choosable[]) {
  const place = `columns.${table}`;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => {
    const known = new Set(columns.map((column) => column.key));
    const before = (kept<string[]>(place) ?? []).filter((key) => known.has(key));
    return new Set(before.length ? before : columns.filter((column) => !column.optional).map((column) => column.key));
  });
  const toggle = useCallback(
    (key: string) =>
      setChosen((old) => {
        const next = new Set(old);
        if (!next.delete(key)) next.add(key);
        if (!next.size) return old;
        keep(place, [...next]);
        return next;
      }),
    [place],
  );
  return { chosen, toggle };
}
