import type { Schemas } from "../api/client";
import { SmallTable } from "../parts/SmallTable";
import { words } from "../words/en";

const w = words.bundles;

/** Why a bundle was refused: item, field and reason, each. */
export function Reasons({ rejections }: { rejections: Schemas["Rejection"][] }) {
  return (
    <SmallTable
      label={w.why}
      rows={rejections}
      id={(one) => `${one.item} ${one.field} ${one.reason}`}
      none="–"
      columns={[
        { title: w.whyItem, cell: (one) => <span className="aos-words">{one.item || "–"}</span> },
        { title: w.whyField, cell: (one) => <span className="aos-id">{one.field || "–"}</span> },
        { title: w.whyReason, cell: (one) => <span className="aos-words">{one.reason}</span> },
      ]}
    />
  );
}
