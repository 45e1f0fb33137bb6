import { Label } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { useMay } from "../session/me";
import { words } from "../words/en";
import type { Batch } from "./queries";

const w = words.verification;
type Resolution = Batch["resolutions"][number];
const OUTCOMES = {
  resolved: { status: "success", title: w.outcomes.resolved },
  unsatisfiable: { status: "danger", title: w.outcomes.unsatisfiable },
  not_for_it: { color: "grey", title: w.outcomes.not_for_it },
} as const;

/** Whether what it needs cannot be had somewhere, which is why it failed. */
export function isUnmet(batch: Batch): boolean {
  const unmet = batch.resolutions.some((each) => each.outcome === "unsatisfiable");
  return batch.state === "failed" && (unmet || !batch.architectures.length);
}

/** What the bundle needs, on each kind of hardware: the versions it takes, or the chain of reasons why not. */
export function Resolutions({ batch }: { batch: Batch }) {
  return (
    <Panel title={w.resolution}>
      <SmallTable
        label={w.resolution}
        rows={batch.resolutions}
        id={(each) => [each.target_system_id, each.target_system].join()}
        none={w.notResolved}
        columns={[
          { title: w.system, cell: (each) => <System resolution={each} /> },
          { title: w.outcome, cell: (each) => <Outcome outcome={each.outcome} /> },
          { title: w.architectures, cell: (each) => each.architectures.join(", ") || "–" },
          { title: w.takes, cell: (each) => <Takes resolution={each} /> },
        ]}
      />
    </Panel>
  );
}

function System({ resolution: { target_system_id: id, target_system: title } }: { resolution: Resolution }) {
  const may = useMay();
  if (id === null) return w.noSystem;
  if (!may("target_systems_read")) return <span className="aos-words">{title}</span>;
  return (
    <Link to="/target-systems/$id" params={{ id }} className="aos-name aos-short" title={title}>{title}</Link>
  );
}

function Outcome({ outcome }: { outcome: string }) {
  const { title, ...look } = OUTCOMES[outcome as keyof typeof OUTCOMES];
  return <Label isCompact {...look}>{title}</Label>;
}

function Takes({ resolution: { chosen, chain } }: { resolution: Resolution }) {
  if (!chain.length) return <span className="aos-words">{chosen.map((each) => `${each.codename} ${each.version}`).join(", ")}</span>;
  if (chain.length === 1) return <span className="aos-words">{chain[0]}</span>;
  return (
    <ol className="aos-because">
      {chain.map((step) => (
        <li key={step} className="aos-words">{step}</li>
      ))}
    </ol>
  );
}
