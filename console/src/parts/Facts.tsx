import { DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from "@patternfly/react-core";
import type { ReactNode } from "react";

/** Names and values; without a value there is no line. */
export function Facts({ facts, columns = 2 }: { facts: [string, ReactNode][]; columns?: 1 | 2 | 3 }) {
  return (
    <DescriptionList
      isCompact
      columnModifier={{ default: "1Col", md: columns === 1 ? "1Col" : "2Col", xl: `${columns}Col` }}
    >
      {facts
        .filter(([, value]) => value !== "" && value !== null && value !== undefined)
        .map(([name, value]) => (
          <DescriptionListGroup key={name}>
            <DescriptionListTerm>{name}</DescriptionListTerm>
            <DescriptionListDescription>
              <span className="aos-words">{value}</span>
            </DescriptionListDescription>
          </DescriptionListGroup>
        ))}
    </DescriptionList>
  );
}
