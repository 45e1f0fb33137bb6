import { Button, PageSection } from "@patternfly/react-core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { words } from "../words/en";
import { DataTable, type Column } from "./DataTable";
import type { NamedSearch } from "./list";
import { PageHead } from "./PageHead";
import { Empty, NotAllowed } from "./states";
import { TitleFilter } from "./TitleFilter";

interface Props<Row> {
  name: string;
  /** Its title, and what is said where there is nothing yet; `create` is what `onNew` does. */
  w: { title: string; none: string; noneHow: string; create?: string };
  allowed: boolean;
  query: UseQueryResult<{ total: number; items: Row[] }>;
  columns: Column<Row>[];
  search: NamedSearch;
  onSearch: (change: NamedSearch) => void;
  /** By what it is sorted first. */
  sort?: string;
  /** Beside the one by title; `narrowed`: one of them leaves something out. */
  filters?: ReactNode;
  narrowed?: boolean;
  /** What begins a new one, for those who may. */
  onNew?: () => void;
  /** Dialogs. */
  children?: ReactNode;
}

/** A page that is the list of what is there, found by a part of its title. */
export function ListPage<Row extends { id: string }>(props: Props<Row>) {
  const { name, w, search, onSearch, onNew } = props;
  if (!props.allowed) return <NotAllowed />;
  const some = search.name !== undefined || props.narrowed;
  return (
    <>
      <PageHead title={w.title} actions={onNew ? <Button onClick={onNew}>{w.create}</Button> : null} />
      <PageSection hasBodyWrapper={false}>
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
              <TitleFilter value={search.name} onSearch={onSearch} />
              {props.filters}
            </>
          }
          empty={some ? <Empty title={words.table.noneNamed} /> : <Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
      {props.children}
    </>
  );
}
