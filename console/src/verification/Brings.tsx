import { ExactVersions } from "../items/ExactVersions";
import { Panel } from "../parts/Panel";
import { words } from "../words/en";
import type { Report } from "./queries";

const w = words.verification;

/** The exact versions that the batch is about, and how much evidence is about each. */
export function Brings({ report: { items, evidence } }: { report: Report }) {
  const about = (digest: string) => evidence.filter((each) => each.about.includes(digest)).length;
  return (
    <Panel title={w.brings}>
      <ExactVersions
        label={w.brings}
        versions={items}
        more={[{ title: w.said, cell: (each) => w.saidOf(about(each.index_digest)) }]}
      />
    </Panel>
  );
}
