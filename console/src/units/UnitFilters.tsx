import { Button, ToolbarItem } from "@patternfly/react-core";
import { useCallback } from "react";
import { Choice } from "../parts/Choice";
import { CONNECTIVITIES, DEPLOYMENTS } from "../parts/standings";
import { Typed } from "../parts/Typed";
import { words } from "../words/en";
import { LIFECYCLES, type UnitsSearch } from "./search";

interface Props {
  search: UnitsSearch;
  fleets: ReadonlyMap<string, string> | undefined;
  onFilter: (change: UnitsSearch) => void;
}

/** The filters above the table of Units. */
export function UnitFilters({ search, fleets, onFilter }: Props) {
  const onName = useCallback((name: string | undefined) => onFilter({ name }), [onFilter]);
  const onSelector = useCallback((selector: string | undefined) => onFilter({ selector }), [onFilter]);
  const any = words.units.any;
  const used = search.name ?? search.selector ?? search.deployment ?? search.online ?? search.fleet ?? search.lifecycle ?? search.clone;
  return (
    <>
      <ToolbarItem>
        <Typed label={words.units.search} value={search.name} onType={onName} />
      </ToolbarItem>
      <ToolbarItem>
        <Choice
          label={words.units.deployment}
          any={any}
          value={search.deployment}
          options={DEPLOYMENTS.map((value) => ({ value, title: words.deployment[value] }))}
          onChoose={(deployment) => onFilter({ deployment })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <Choice
          label={words.units.connection}
          any={any}
          value={search.online}
          options={CONNECTIVITIES.map((value) => ({ value, title: words.connectivity[value] }))}
          onChoose={(online) => onFilter({ online })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <Choice
          label={words.units.lifecycle}
          any={any}
          value={search.lifecycle}
          options={LIFECYCLES.map((value) => ({ value, title: words.lifecycle[value] }))}
          onChoose={(lifecycle) => onFilter({ lifecycle })}
        />
      </ToolbarItem>
      {fleets ? (
        <ToolbarItem>
          <Choice
            label={words.units.fleet}
            any={any}
            value={search.fleet}
            options={[...fleets].map(([value, title]) => ({ value, title }))}
            onChoose={(fleet) => onFilter({ fleet })}
          />
        </ToolbarItem>
      ) : null}
      <ToolbarItem>
        <Typed
          label={words.units.selector}
          placeholder={`${words.units.selector}: ${words.units.selectorExample}`}
          value={search.selector}
          onType={onSelector}
        />
      </ToolbarItem>
      {used ? (
        <ToolbarItem>
          <Button
            variant="link"
            onClick={() =>
              onFilter({
                name: undefined,
                selector: undefined,
                deployment: undefined,
                online: undefined,
                fleet: undefined,
                lifecycle: undefined,
                clone: undefined,
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
