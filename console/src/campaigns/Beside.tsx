import { useQuery } from "@tanstack/react-query";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { durationWords } from "./durations";
import { planQuery, type Campaign, type Wave } from "./queries";

const w = words.campaigns;
const span = (seconds: number) => durationWords(`PT${Math.max(0, Math.ceil(seconds))}S`);

/** What was planned beside what became of it, wave by wave. */
export function Beside({ campaign }: { campaign: Campaign }) {
  const may = useMay();
  const begun = campaign.waves.some((wave) => wave.begun_at !== null);
  const plan = useQuery({ ...planQuery(campaign.id), enabled: begun && may("campaigns_plan_read") });
  if (!begun) return null;
  const expected = new Map(plan.data?.waves.map((wave) => [wave.number, wave.expected_s]));
  return (
    <Panel title={w.beside.title}>
      <SmallTable
        label={w.beside.title}
        rows={campaign.waves.filter((wave) => wave.undoes === null)}
        id={(wave) => String(wave.number)}
        none=""
        columns={[
          { title: w.wave, cell: (wave) => w.waveOf(wave.number + 1) },
          { title: w.beside.planned, cell: (wave) => wave.planned.toLocaleString("en") },
          { title: w.beside.members, cell: (wave) => wave.members.toLocaleString("en") },
          { title: w.beside.have, cell: (wave) => wave.counts.succeeded.toLocaleString("en") },
          { title: w.beside.failed, cell: (wave) => (wave.counts.failed + wave.counts.rolled_back).toLocaleString("en") },
          { title: w.beside.gone, cell: (wave) => (wave.counts.skipped + wave.counts.excluded).toLocaleString("en") },
          {
            title: w.beside.expected,
            cell: (wave) => {
              const seconds = expected.get(wave.number) ?? null;
              return seconds === null ? w.plan.unknown : span(seconds);
            },
          },
          { title: w.beside.took, cell: (wave) => tookOf(wave) },
        ]}
      />
    </Panel>
  );
}

/** Until everybody in it who could be had it. */
function tookOf({ begun_at: begun, active_at: active }: Wave): string {
  if (begun === null || active === null) return "";
  return span((Date.parse(active) - Date.parse(begun)) / 1000);
}
