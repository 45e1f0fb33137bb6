import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { bytes } from "../parts/format";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { durationWords } from "./durations";
import { comparisonQuery, type Campaign } from "./queries";

const w = words.campaigns;
const span = (seconds: number | null) => (seconds === null ? w.plan.unknown : durationWords(`PT${Math.ceil(seconds)}S`));

/** What was planned beside what became of it, wave by wave. */
export function Beside({ campaign }: { campaign: Campaign }) {
  const may = useMay();
  const begun = campaign.waves.some((wave) => wave.begun_at !== null);
  const compared = useQuery({ ...comparisonQuery(campaign.id), enabled: begun && may("campaigns_compare") });
  if (!begun || !may("campaigns_compare")) return null;
  return (
    <Panel title={w.beside.title}>
      <Shown query={compared} lines={4}>
        {(found) => (
          <div className="aos-stack">
            <SmallTable
              label={w.beside.title}
              rows={found.waves}
              id={(wave) => String(wave.number)}
              none=""
              columns={[
                { title: w.wave, cell: (wave) => w.waveOf(wave.number + 1) },
                { title: w.beside.planned, cell: (wave) => wave.planned_units.toLocaleString("en") },
                { title: w.beside.joined, cell: (wave) => wave.joined.toLocaleString("en") },
                { title: w.beside.have, cell: ({ counts }) => counts.succeeded.toLocaleString("en") },
                { title: w.beside.failed, cell: ({ counts }) => (counts.failed + counts.rolled_back).toLocaleString("en") },
                { title: w.beside.gone, cell: ({ counts }) => (counts.skipped + counts.excluded).toLocaleString("en") },
                { title: w.beside.bytes, cell: (wave) => `${bytes(wave.fetched_bytes)} / ${bytes(wave.planned_bytes)}` },
                { title: w.beside.took, cell: (wave) => (wave.planned_units + wave.joined ? `${span(wave.took_s)} / ${span(wave.expected_s)}` : "–") },
              ]}
            />
            {found.as_planned ? null : <p>{w.beside.changed}</p>}
            {found.not_back ? <p>{w.beside.notBack(found.not_back)}</p> : null}
            {found.stuck.length ? (
              <ul className="aos-lines">
                {found.stuck.map((each) => (
                  <li key={each.unit_id}>
                    <Link to="/units/$id" params={{ id: each.system_uid }} className="aos-name aos-short">{each.system_uid}</Link>
                    <span className="aos-words">{each.reason}</span>
                  </li>
                ))}
              </ul>
            ) : null}
          </div>
        )}
      </Shown>
    </Panel>
  );
}
