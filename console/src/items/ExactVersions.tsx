import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { SmallTable } from "../parts/SmallTable";
import { useMay } from "../session/me";
import { words } from "../words/en";

const w = words.items;

interface Version {
  item_id: string;
  codename: string;
  type: string;
  version: string;
  index_digest: string;
}

interface Props<V extends Version> {
  label: string;
  versions: V[];
  /** What else is said of each. */
  more?: { title: string; cell: (version: V) => ReactNode }[];
}

/** Exact versions of items, each with the digest that nothing else has. */
export function ExactVersions<V extends Version>({ label, versions, more = [] }: Props<V>) {
  const may = useMay();
  return (
    <SmallTable
      label={label}
      rows={versions}
      id={(each) => each.item_id}
      none="–"
      columns={[
        {
          title: w.name,
          cell: (each) =>
            may("items_read") ? (
              <Link to="/items/$id" params={{ id: each.item_id }} className="aos-words">{each.codename}</Link>
            ) : (
              <span className="aos-words">{each.codename}</span>
            ),
        },
        { title: w.type, cell: (each) => each.type },
        { title: w.version, cell: (each) => each.version },
        { title: w.indexDigest, cell: (each) => <span className="aos-id">{each.index_digest}</span> },
        ...more,
      ]}
    />
  );
}
