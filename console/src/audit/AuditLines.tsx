import { Label } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { Moment } from "../parts/Moment";
import { didWords } from "../words/changes";
import { placeOf } from "./places";
import type { AuditLine } from "./queries";

/** Lines of the trail, one below the other. */
export function AuditLines({ lines, none, linked = false }: { lines: AuditLine[]; none: string; linked?: boolean }) {
  if (!lines.length) return <p className="aos-quiet">{none}</p>;
  return (
    <ul className="aos-lines">
      {lines.map((line) => (
        <li key={line.number}>
          <span className="aos-words">
            <strong className="aos-words">{line.who_name}</strong> {linked ? <Did line={line} /> : <span title={line.operation}>{didWords(line.operation)}</span>}
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

function Did({ line: { operation, target } }: { line: AuditLine }) {
  const place = placeOf(operation, target);
  if (!place) return <span title={operation}>{didWords(operation)}</span>;
  return (
    <Link {...place} title={operation}>
      {didWords(operation)}
    </Link>
  );
}
