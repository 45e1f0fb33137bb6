import { bytes } from "../parts/format";
import { Facts } from "../parts/Facts";
import { SmallTable } from "../parts/SmallTable";
import { words } from "../words/en";
import type { Plan } from "./queries";
import { whoIn } from "./Waves";

const w = words.campaigns;

/** What would happen to whom: waves, who has it already, who is left out and why, and what is to be downloaded. */
export function PlanFacts({ plan, sets }: { plan: Plan; sets: ReadonlyMap<string, string> }) {
  const leftOut = Object.entries(plan.excluded).sort(([, one], [, other]) => other - one);
  return (
    <div className="aos-stack">
      <p>{plan.members ? w.plan.sentence(plan.members, plan.waves.length) : w.plan.nobody}</p>
      <SmallTable
        label={w.plan.title}
        rows={plan.waves}
        id={(wave) => String(wave.number)}
        none={w.noWaves}
        columns={[
          { title: w.wave, cell: (wave) => w.waveOf(wave.number + 1) },
          { title: w.whom, cell: (wave) => <span className="aos-words">{whoIn(wave, sets)}</span> },
          { title: words.units.title, cell: (wave) => wave.members.toLocaleString("en") },
        ]}
      />
      <Facts
        columns={2}
        facts={[
          [w.plan.members, plan.members.toLocaleString("en")],
          [w.plan.satisfied, plan.satisfied.toLocaleString("en")],
          [w.plan.offline, plan.offline.toLocaleString("en")],
          [w.plan.downloads, bytes(plan.download_bytes)],
        ]}
      />
      <div>
        <h3 className="aos-quiet">{w.plan.leftOut}</h3>
        {leftOut.length ? (
          <ul className="aos-lines">
            {leftOut.map(([reason, number]) => (
              <li key={reason}>
                <span className="aos-words">{reason}</span>
                <span className="aos-nowrap">{number.toLocaleString("en")}</span>
              </li>
            ))}
          </ul>
        ) : (
          <p>{w.plan.nobodyLeftOut}</p>
        )}
      </div>
      <p className="aos-quiet aos-id">{`${w.plan.digest} ${plan.digest}`}</p>
    </div>
  );
}
