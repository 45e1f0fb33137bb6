import { Label } from "@patternfly/react-core";
import { operationWords } from "../parts/format";
import { Moment } from "../parts/Moment";
import type { AuditLine } from "./queries";

/** Lines of the trail, one below the other. */
export function AuditLines({ lines, none }: { lines: AuditLine[]; none: string }) {
  if (!lines.length) return <p className="aos-quiet">{none}</p>;
  return (
    <ul className="aos-lines">
      {lines.map((line) => (
        <li key={line.number}>
          <span className="aos-words">
            <strong>{line.who_name}</strong> {operationWords(line.operation)}
            {line.outcome === "done" ? null : (
              <>
                {" "}
                <Label isCompact status="warning">
                  {line.outcome}
                </Label>
              </>
            )}
            {line.detail ? <span className="aos-quiet"> {line.detail}</span> : null}
          </span>
          <span className="aos-quiet">
            <Moment at={line.at} ago />
          </span>
        </li>
      ))}
    </ul>
  );
}
