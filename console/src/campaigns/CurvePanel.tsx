import { lazy, Suspense, useState } from "react";
import { Choice } from "../parts/Choice";
import { Panel } from "../parts/Panel";
import { Loading } from "../parts/states";
import { words } from "../words/en";
import type { Campaign } from "./queries";

const Curve = lazy(() => import("./Curve"));
const w = words.campaigns;

/** The sequential test of a wave between its two bounds: the newest that has results, or the one that was chosen. */
export function CurvePanel({ campaign }: { campaign: Campaign }) {
  const [chosen, setChosen] = useState<string>();
  const tested = campaign.waves.filter((each) => each.curve !== null && each.points.length > 0);
  const wave = tested.find((each) => String(each.number) === chosen) ?? tested.at(-1);
  const last = wave?.points.at(-1);
  if (!wave?.curve || !last) return null;
  const { lower = 0, upper = 0, value = 0 } = wave.curve;
  const says = w.curveSays(value.toFixed(2), lower.toFixed(2), upper.toFixed(2), last.results, last.failures);
  const choice =
    tested.length > 1 ? (
      <Choice
        label={w.wave}
        any={w.newest}
        value={chosen}
        options={tested.map(({ number }) => ({ value: String(number), title: String(number + 1) }))}
        onChoose={setChosen}
      />
    ) : null;
  return (
    <Panel title={w.curve} beside={choice}>
      <div className="aos-stack">
        <p className="aos-quiet">{w.curveOf(wave.number + 1)}</p>
        <Suspense fallback={<Loading lines={4} />}>
          <Curve points={wave.points} lower={lower} upper={upper} label={says} />
        </Suspense>
        <p>{says}</p>
      </div>
    </Panel>
  );
}
