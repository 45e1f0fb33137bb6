import { Button, ToolbarItem } from "@patternfly/react-core";
import { useCallback } from "react";
import { words } from "../words/en";
import { Choice } from "./Choice";
import { filtersOf, type ListSearch } from "./list";
import { Typed } from "./Typed";

interface Props<Search extends ListSearch, Name extends keyof Search> {
  of: Name;
  search: Search;
  onSearch: (change: Partial<Search>) => void;
  label: string;
}

function only<Search, Name extends keyof Search>(name: Name, value: Search[Name] | undefined): Partial<Search> {
  return { [name]: value, page: undefined } as unknown as Partial<Search>;
}

/** A filter of a list that is one of a few values; what it finds begins on the first page. */
export function ChoiceFilter<Search extends ListSearch, Name extends keyof Search>(
  props: Props<Search, Name> & { any: string; options: { value: NonNullable<Search[Name]> & string; title: string }[] },
) {
  const { of, search, onSearch, label, any, options } = props;
  const value = search[of] as (NonNullable<Search[Name]> & string) | undefined;
  return (
    <ToolbarItem>
      <Choice label={label} any={any} value={value} options={options} onChoose={(chosen) => onSearch(only<Search, Name>(of, chosen))} />
    </ToolbarItem>
  );
}

/** A filter of a list that is typed. */
export function TypedFilter<Search extends ListSearch, Name extends keyof Search>(
  props: Props<Search, Name> & { placeholder?: string },
) {
  const { of, search, onSearch, label, placeholder } = props;
  const onType = useCallback(
    (typed: string | undefined) => onSearch(only<Search, Name>(of, typed as Search[Name])),
    [of, onSearch],
  );
  return (
    <ToolbarItem>
      <Typed label={label} placeholder={placeholder} value={search[of] as string | undefined} onType={onType} />
    </ToolbarItem>
  );
}

/** Takes all filters away, where there are any. */
export function ClearFilters<Search extends ListSearch>({ search, onSearch }: Pick<Props<Search, keyof Search>, "search" | "onSearch">) {
  const filters = filtersOf(search);
  if (!filters.length) return null;
  const none = Object.fromEntries(["page", ...filters].map((name) => [name, undefined])) as Partial<Search>;
  return (
    <ToolbarItem>
      <Button variant="link" onClick={() => onSearch(none)}>
        {words.table.clear}
      </Button>
    </ToolbarItem>
  );
}
