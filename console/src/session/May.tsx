import { ExpandableSection, LabelGroup, Label } from "@patternfly/react-core";
import { operationWords } from "../parts/format";
import { words } from "../words/en";
import { byNoun } from "./may";

const w = words.account;

/** Operations that somebody may ask for, by what they are about. */
export function May({ operations, role }: { operations: readonly string[]; role: string }) {
  return (
    <>
      <p>
        {w.mayHow(operations.length)} <strong>{words.people.roles[role] ?? role}</strong>.{" "}
        {words.people.roleMeans[role] ?? ""}
      </p>
      <ExpandableSection toggleText={words.people.mayAll}>
        <div className="aos-stack-tight">
          {byNoun(operations).map(([noun, deeds]) => (
            <LabelGroup key={noun} categoryName={noun} numLabels={30}>
              {deeds.map((deed) => (
                <Label key={deed} isCompact variant="outline">
                  {operationWords(deed)}
                </Label>
              ))}
            </LabelGroup>
          ))}
        </div>
      </ExpandableSection>
    </>
  );
}
