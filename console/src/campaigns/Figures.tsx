import { Label } from "@patternfly/react-core";
import { words } from "../words/en";
import { durationWords } from "./durations";
import type { Wave } from "./queries";

const w = words.campaigns.figures;
type Figure = Wave["figures"][number];

/** The gate of a wave, term by term: what it has against what it wants, and whether that is enough. */
export function Figures({ wave }: { wave: Wave }) {
  return (
    <ul className="aos-row aos-terms" aria-label={w.label}>
      {wave.figures.map((figure) => (
        <li key={figure.term}>
          <Label isCompact variant="outline" status={LOOKS[figure.standing]} color="grey">
            {wordsOf(figure)}
          </Label>
        </li>
      ))}
    </ul>
  );
}

const LOOKS = { met: "success", broken: "danger", open: undefined } as const;

function wordsOf({ term, has, wants }: Figure): string {
  if (term === "soak") return w.soak(durationWords(`PT${has}S`), durationWords(`PT${wants}S`));
  return w[term](has, wants);
}
