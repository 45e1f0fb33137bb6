import { Link } from "@tanstack/react-router";
import { Panel } from "../parts/Panel";
import { words } from "../words/en";
import { Bar } from "./Bar";
import type { Campaign } from "./queries";
import { MEMBER_STATES } from "./search";

const w = words.campaigns;

/** Its Units by what they are, over all waves that go out; waves to come are those of the plan. */
export function countsOf(campaign: Campaign): { counts: Campaign["counts"]; all: number } {
  const out = campaign.waves.filter((wave) => wave.undoes === null);
  const counts = { ...campaign.counts };
  for (const wave of out) {
    if (wave.begun_at === null) counts[wave.state === "skipped" ? "skipped" : "pending"] += wave.members;
  }
  return { counts, all: out.reduce((sum, wave) => sum + wave.members, 0) };
}

/** How far all of it is; each number leads to those Units. */
export function HowFar({ campaign }: { campaign: Campaign }) {
  const { counts, all } = countsOf(campaign);
  if (!all) return null;
  return (
    <Panel title={w.progress} beside={<span className="aos-quiet">{w.progressOf(counts.succeeded, all)}</span>}>
      <div className="aos-stack">
        <Bar counts={counts} />
        <div className="aos-figures aos-figures-few">
          {MEMBER_STATES.filter((state) => counts[state] > 0).map((state) => (
            <Link
              key={state}
              to="/campaigns/$id"
              params={{ id: campaign.id }}
              search={{ member: state }}
              hash="members"
              className="aos-figure"
            >
              <strong>{counts[state].toLocaleString("en")}</strong>
              <span>
                <span className={`aos-dot aos-is-${state}`} />
                {w.memberStates[state]}
              </span>
            </Link>
          ))}
        </div>
      </div>
    </Panel>
  );
}
