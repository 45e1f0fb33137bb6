import { Alert } from "@patternfly/react-core";
import { words } from "../words/en";

const w = words.fleets.meanwhile;

/** What somebody else wrote while one was writing: name, before, now; what did not change is not there. */
export function Meanwhile({ fields }: { fields: [name: string, before: string, now: string][] }) {
  const changed = fields.filter(([, before, now]) => before !== now);
  return (
    <Alert variant="warning" isInline title={w.title}>
      <ul className="aos-stack-tight">
        {changed.map(([name, before, now]) => (
          <li key={name} className="aos-words">
            {w.field(name, before, now)}
          </li>
        ))}
      </ul>
      <p>{w.how}</p>
    </Alert>
  );
}
