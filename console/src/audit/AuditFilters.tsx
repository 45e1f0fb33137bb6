import { Button, ToolbarItem } from "@patternfly/react-core";
import { useCallback } from "react";
import { Choice } from "../parts/Choice";
import { Typed } from "../parts/Typed";
import { words } from "../words/en";
import { OUTCOMES, type AuditSearch } from "./search";

const w = words.audit;

interface Props {
  search: AuditSearch;
  onFilter: (change: AuditSearch) => void;
}

/** The filters above the trail. */
export function AuditFilters({ search, onFilter }: Props) {
  const onWho = useCallback((who: string | undefined) => onFilter({ who }), [onFilter]);
  const onOperation = useCallback((operation: string | undefined) => onFilter({ operation }), [onFilter]);
  const onTarget = useCallback((target: string | undefined) => onFilter({ target }), [onFilter]);
  const used = search.who ?? search.operation ?? search.target ?? search.outcome ?? search.since ?? search.until;
  return (
    <>
      <ToolbarItem>
        <Typed label={w.whoIs} value={search.who} onType={onWho} />
      </ToolbarItem>
      <ToolbarItem>
        <Typed label={w.operation} placeholder={`${w.operation} ${w.operationExample}`} value={search.operation} onType={onOperation} />
      </ToolbarItem>
      <ToolbarItem>
        <Typed label={w.targetHas} value={search.target} onType={onTarget} />
      </ToolbarItem>
      <ToolbarItem>
        <Choice
          label={w.outcome}
          any={w.anyOutcome}
          value={search.outcome}
          options={OUTCOMES.map((value) => ({ value, title: w.outcomes[value] ?? value }))}
          onChoose={(outcome) => onFilter({ outcome })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <Day label={w.since} value={search.since} onDay={(since) => onFilter({ since })} />
      </ToolbarItem>
      <ToolbarItem>
        <Day label={w.until} value={search.until} onDay={(until) => onFilter({ until })} />
      </ToolbarItem>
      {used ? (
        <ToolbarItem>
          <Button
            variant="link"
            onClick={() =>
              onFilter({
                who: undefined,
                operation: undefined,
                target: undefined,
                outcome: undefined,
                since: undefined,
                until: undefined,
              })
            }
          >
            {words.table.clear}
          </Button>
        </ToolbarItem>
      ) : null}
    </>
  );
}

/** A day, from the browser's own calendar. */
function Day({ label, value, onDay }: { label: string; value: string | undefined; onDay: (day: string | undefined) => void }) {
  return (
    <label className="aos-day">
      {label}
      <span className="pf-v6-c-form-control">
        <input type="date" value={value ?? ""} onChange={(event) => onDay(event.target.value || undefined)} />
      </span>
    </label>
  );
}
