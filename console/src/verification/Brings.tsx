import { Link } from "@tanstack/react-router";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { useMay } from "../session/me";
import { words } from "../words/en";
import type { Report } from "./queries";

const w = words.verification;

/** The exact versions that the batch is about, and how much evidence is about each. */
export function Brings({ report: { items, evidence } }: { report: Report }) {
  const may = useMay();
  const about = (digest: string) => evidence.filter((each) => each.about.includes(digest)).length;
  return (
    <Panel title={w.brings}>
      <SmallTable
        label={w.brings}
        rows={items}
        id={(each) => each.item_id}
        none="–"
        columns={[
          {
            title: w.item,
            cell: (each) =>
              may("items_read") ? (
                <Link to="/items/$id" params={{ id: each.item_id }} className="aos-words">{each.codename}</Link>
              ) : (
                <span className="aos-words">{each.codename}</span>
              ),
          },
          { title: w.type, cell: (each) => each.type },
          { title: w.version, cell: (each) => each.version },
          { title: w.digest, cell: (each) => <span className="aos-id">{each.index_digest}</span> },
          { title: w.said, cell: (each) => w.saidOf(about(each.index_digest)) },
        ]}
      />
    </Panel>
  );
}
