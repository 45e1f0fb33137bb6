import { Link } from "@tanstack/react-router";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { words } from "../words/en";
import { Bar } from "./Bar";
import { Figures } from "./Figures";
import { WaveLabel } from "./CampaignLabels";
import { durationWords, percent } from "./durations";
import type { Campaign, Wave } from "./queries";
import { MEMBER_STATES } from "./search";

const w = words.campaigns;
const NO_SOAK = "P0D"; // as the API writes no time at all

/** The waves, one below the other: how far each is, who is where, what its gate wants and waits for. */
export function Waves({ campaign, sets }: { campaign: Campaign; sets: ReadonlyMap<string, string> }) {
  return (
    <Panel title={w.waves}>
      {campaign.waves.length ? (
        <ol className="aos-waves">
          {campaign.waves.map((wave) => (
            <li key={wave.number} className="aos-wave">
              <OneWave wave={wave} campaign={campaign} sets={sets} />
            </li>
          ))}
        </ol>
      ) : (
        <p className="aos-quiet">{w.noWaves}</p>
      )}
    </Panel>
  );
}

function OneWave({ wave, campaign, sets }: { wave: Wave; campaign: Campaign; sets: ReadonlyMap<string, string> }) {
  const begun = wave.begun_at !== null;
  const counts = begun ? wave.counts : { ...wave.counts, [wave.state === "skipped" ? "skipped" : "pending"]: wave.members };
  return (
    <>
      <div className="aos-row">
        <h3>{w.waveOf(wave.number + 1)}</h3>
        <WaveLabel state={wave.state} />
        <span className="aos-quiet">{whoIn(wave, sets)}</span>
        <span className="aos-quiet">{wave.undoes === null ? w.plannedNow(wave.planned, wave.members) : ""}</span>
      </div>
      <Bar counts={counts} />
      <div className="aos-row">
        {MEMBER_STATES.filter((state) => counts[state] > 0).map((state) => (
          <Link
            key={state}
            to="/campaigns/$id"
            params={{ id: campaign.id }}
            search={{ wave: wave.number + 1, member: begun ? state : undefined }}
            hash="members"
            className="aos-mutter aos-nowrap"
          >
            <span className={`aos-dot aos-is-${state}`} />
            {w.memberLine(counts[state], w.memberStates[state])}
          </Link>
        ))}
      </div>
      <div className="aos-mutter">
        {wave.reason ? (
          <span className="aos-words">
            {wave.reason}
            {wave.next_at ? (
              <>
                {" "}
                {w.until} <Moment at={wave.next_at} />
              </>
            ) : null}
          </span>
        ) : null}
        {wave.figures.length ? <Figures wave={wave} /> : <p className="aos-quiet">{gateWords(wave)}</p>}
        {wave.overridden ? <p>{w.overridden}</p> : null}
      </div>
    </>
  );
}

export function whoIn(wave: Pick<Wave, "share" | "sets"> & { undoes?: number | null }, sets: ReadonlyMap<string, string>): string {
  if (typeof wave.undoes === "number") return w.backFrom(wave.undoes + 1);
  if (wave.share !== null) return w.upTo(Number((wave.share * 100).toFixed(2)));
  return w.ofSets(wave.sets.map((id) => sets.get(id) ?? id));
}

function gateWords({ gate, undoes }: Wave): string {
  if (undoes !== null) return w.gateBack;
  const soak = gate.soak === NO_SOAK ? "" : durationWords(gate.soak);
  const words = w.gate(percent(gate.success_share), percent(gate.failed_share), soak);
  return gate.manual ? `${words}; ${w.gateManual}` : words;
}
