import { bytes } from "../parts/format";
import { Facts } from "../parts/Facts";
import { Moment } from "../parts/Moment";
import { SmallTable } from "../parts/SmallTable";
import { words } from "../words/en";
import { durationWords } from "./durations";
import type { Plan } from "./queries";
import { whoIn } from "./Waves";

const w = words.campaigns;
type PlannedWave = Plan["waves"][number];
const takes = (seconds: number | null) => (seconds === null ? w.plan.unknown : durationWords(`PT${Math.ceil(seconds)}S`));

/** What would happen to whom: waves, who has it already, who is left out and why, what is to be downloaded, how long. */
export function PlanFacts({ plan, sets }: { plan: Plan; sets: ReadonlyMap<string, string> }) {
  const { rates } = plan;
  const windowed = plan.waves.some((wave) => wave.begins_at !== null);
  const platforms = plan.platforms.map(({ platform, units, download_bytes: size }) =>
    w.plan.platform(platform, units, bytes(size)),
  );
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
          { title: w.plan.downloads, cell: (wave) => (wave.members ? bytes(wave.download_bytes) : "–") },
          ...(windowed ? [{ title: w.plan.begins, cell: (wave: PlannedWave) => (wave.begins_at ? <Moment at={wave.begins_at} /> : "–") }] : []),
          { title: w.plan.takes, cell: (wave) => (wave.members ? takes(wave.expected_s) : "–") },
        ]}
      />
      <Facts
        columns={2}
        facts={[
          [w.plan.members, plan.members.toLocaleString("en")],
          [w.plan.satisfied, plan.satisfied.toLocaleString("en")],
          [w.plan.offline, w.plan.offlineOf(plan.offline, plan.offline_too_long)],
          [w.plan.noWayBack, plan.no_way_back ? plan.no_way_back.toLocaleString("en") : ""],
          [w.plan.downloads, bytes(plan.download_bytes)],
          [w.plan.platforms, platforms.join(", ")],
          [w.plan.takes, takes(plan.expected_s)],
          [w.plan.measured, rates.updates ? w.plan.measuredOf(rates.updates, rates.failures, rates.results) : w.plan.unmeasured],
        ]}
      />
      <div>
        <h3 className="aos-quiet">{w.plan.leftOut}</h3>
        {plan.left_out.length ? (
          <ul className="aos-lines">
            {plan.left_out.map(({ cause, reason, units }) => (
              <li key={`${cause} ${reason}`}>
                <span className="aos-words">{w.causes[cause] ? `${w.causes[cause]}: ${reason}` : reason}</span>
                <span className="aos-nowrap">{units.toLocaleString("en")}</span>
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
