import { ToolbarItem } from "@patternfly/react-core";
import { useCallback } from "react";
import { words } from "../words/en";
import { Typed } from "./Typed";

/** The filter of a list by a part of what its rows are called: the same everywhere. */
export function TitleFilter({ value, onSearch }: { value?: string; onSearch: (change: { name?: string; page?: number }) => void }) {
  const onType = useCallback((name: string | undefined) => onSearch({ name, page: undefined }), [onSearch]);
  return (
    <ToolbarItem>
      <Typed label={words.units.search} value={value} onType={onType} />
    </ToolbarItem>
  );
}
