import { Button, PageSection } from "@patternfly/react-core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { words } from "../words/en";
import { DataTable, type Column } from "./DataTable";
import { ClearFilters, TypedFilter } from "./Filters";
import { filtersOf, type NamedSearch } from "./list";
import { PageHead } from "./PageHead";
import { Empty, NotAllowed } from "./states";

interface Props<Row> {
  name: string;
  /** Its title, and what is said where there is nothing yet; `create` is what `onNew` does. */
  w: { title: string; none: string; noneHow: string; create?: string };
  allowed: boolean;
  query: UseQueryResult<{ total: number; items: Row[] }>;
  columns: Column<Row>[];
  /** What the address says; all of it but page, size and order is a filter, and cleared as one. */
  search: NamedSearch;
  onSearch: (change: NamedSearch) => void;
  /** By what it is sorted first. */
  sort?: string;
  /** Beside the one by title. */
  filters?: ReactNode;
  /** What begins a new one, for those who may; or other deeds. */
  onNew?: () => void;
  actions?: ReactNode;
  above?: ReactNode;
  /** Dialogs. */
  children?: ReactNode;
}

/** A page that is the list of what is there, found by a part of its title. */
export function ListPage<Row extends { id: string }>(props: Props<Row>) {
  const { name, w, search, onSearch, onNew } = props;
  if (!props.allowed) return <NotAllowed />;
  const filters = filtersOf(search);
  return (
    <>
      <PageHead title={w.title} actions={onNew ? <Button onClick={onNew}>{w.create}</Button> : props.actions} />
      <PageSection hasBodyWrapper={false} className="aos-stack">
        {props.above}
        <DataTable
          name={name}
          label={w.title}
          query={props.query}
          columns={props.columns}
          id={(row) => row.id}
          search={search}
          sort={props.sort ?? "title"}
          onSearch={onSearch}
          filters={
            <>
              <TypedFilter of="name" search={search} onSearch={onSearch} label={words.units.search} />
              {props.filters}
              <ClearFilters search={search} onSearch={onSearch} />
            </>
          }
          empty={filters.length ? <Empty title={words.table.noneNamed}>{words.table.noneNamedHow}</Empty> : <Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
      {props.children}
    </>
  );
}
