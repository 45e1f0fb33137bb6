import { lazy, Suspense } from "react";
import { Panel } from "../parts/Panel";
import { Loading } from "../parts/states";
import { words } from "../words/en";
import type { Campaign } from "./queries";

const Curve = lazy(() => import("./Curve"));
const w = words.campaigns;

/** The sequential test of the newest wave that has results, between its two bounds. */
export function CurvePanel({ campaign }: { campaign: Campaign }) {
  const wave = campaign.waves.filter((each) => each.curve !== null && each.points.length > 0).at(-1);
  const last = wave?.points.at(-1);
  if (!wave?.curve || !last) return null;
  const { lower = 0, upper = 0, value = 0 } = wave.curve;
  const says = w.curveSays(value.toFixed(2), lower.toFixed(2), upper.toFixed(2), last.results, last.failures);
  return (
    <Panel title={w.curve}>
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
