import { Button } from "@patternfly/react-core";
import { Empty } from "../parts/states";
import { words } from "../words/en";

/** No Unit: none matches, or there is none at all. */
export function NoUnits({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered) return <Empty title={words.overview.noUnits}>{words.overview.noUnitsHow}</Empty>;
  return (
    <Empty
      title={words.units.none}
      action={
        <Button variant="secondary" onClick={onClear}>
          {words.table.clear}
        </Button>
      }
    >
      {words.units.noneHow}
    </Empty>
  );
}
