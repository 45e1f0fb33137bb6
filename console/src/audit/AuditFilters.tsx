import { ToolbarItem } from "@patternfly/react-core";
import { ChoiceFilter, ClearFilters, TypedFilter } from "../parts/Filters";
import { words } from "../words/en";
import { OUTCOMES, type AuditSearch } from "./search";

const w = words.audit;

interface Props {
  search: AuditSearch;
  onFilter: (change: AuditSearch) => void;
}

/** The filters above the trail. */
export function AuditFilters({ search, onFilter }: Props) {
  return (
    <>
      <TypedFilter of="who" search={search} onSearch={onFilter} label={w.whoIs} />
      <TypedFilter of="operation" search={search} onSearch={onFilter} label={w.operation} placeholder={`${w.operation} ${w.operationExample}`} />
      <TypedFilter of="target" search={search} onSearch={onFilter} label={w.targetHas} />
      <ChoiceFilter
        of="outcome"
        search={search}
        onSearch={onFilter}
        label={w.outcome}
        any={w.anyOutcome}
        options={OUTCOMES.map((value) => ({ value, title: w.outcomes[value] ?? value }))}
      />
      <ToolbarItem>
        <Day label={w.since} value={search.since} onDay={(since) => onFilter({ since })} />
      </ToolbarItem>
      <ToolbarItem>
        <Day label={w.until} value={search.until} onDay={(until) => onFilter({ until })} />
      </ToolbarItem>
      <ClearFilters search={search} onSearch={onFilter} />
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
