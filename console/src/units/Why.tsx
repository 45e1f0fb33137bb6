import { Alert, Progress } from "@patternfly/react-core";
import { bytes } from "../parts/format";
import { Moment } from "../parts/Moment";
import { words } from "../words/en";
import type { UnitDetail } from "./queries";

const LOOKS = {
  in_sync: "success",
  updating: "info",
  blocked: "warning",
  degraded: "warning",
  failed: "danger",
  unknown: "custom",
} as const;

/** The state in words, and what is known of its reasons. */
export function Why({ unit }: { unit: UnitDetail }) {
  const reasons = [unit.target_problem, ...unit.target_reasons, unit.update_error].filter(
    (reason, index, all) => reason && reason !== unit.reason && all.indexOf(reason) === index,
  );
  const generation = (of: UnitDetail["generation"]) => (of ? words.units.generationOf(of.epoch, of.number) : "");
  const facts = [
    unit.generation ? `${words.units.generation}: ${generation(unit.generation)}` : "",
    unit.seen_generation && generation(unit.seen_generation) !== generation(unit.generation)
      ? `${words.units.seen}: ${generation(unit.seen_generation)}`
      : "",
    unit.update_state && unit.update_state !== "idle" ? `${words.units.update}: ${unit.update_state.replaceAll("_", " ")}` : "",
  ].filter(Boolean);
  const rate = unit.bytes_per_second === null ? null : bytes(unit.bytes_per_second);
  const progress = words.units.progress(bytes(unit.downloaded_bytes), bytes(unit.total_bytes), rate);
  return (
    <Alert
      variant={LOOKS[unit.deployment]}
      isInline
      title={`${words.deployment[unit.deployment]}${unit.reason ? `: ${unit.reason}` : ""}`}
      component="h2"
    >
      <div className="aos-stack-tight">
        <p>{words.deploymentMeaning[unit.deployment]}</p>
        {unit.online_status === "Offline" ? (
          <p>
            {words.units.asReported} <Moment at={unit.reported_at} />
          </p>
        ) : null}
        {reasons.length ? (
          <ul>
            {reasons.map((reason) => (
              <li key={reason} className="aos-words">
                {reason}
              </li>
            ))}
          </ul>
        ) : null}
        {facts.length ? <p className="aos-quiet">{facts.join(" · ")}</p> : null}
        {unit.total_bytes > 0 && unit.deployment === "updating" ? (
          <Progress
            value={unit.downloaded_bytes}
            max={unit.total_bytes}
            size="sm"
            aria-label={words.units.update}
            label={progress}
            valueText={progress}
          />
        ) : null}
      </div>
    </Alert>
  );
}
