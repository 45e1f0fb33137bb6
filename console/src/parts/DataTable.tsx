import { Checkbox, Pagination, Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { words } from "../words/en";
import { ColumnChoice } from "./ColumnChoice";
import { PER_PAGE, SIZES, type ListSearch } from "./list";
import { Shown } from "./states";
import { useChosenColumns } from "./chosenColumns";

/** A column: `sort` is the API's name of the order; `optional` ones are hidden until somebody chooses them. */
export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  sort?: string;
  optional?: boolean;
  width?: 10 | 15 | 20 | 25 | 30 | 35 | 40;
}

export interface Selection<Row> {
  ids: ReadonlySet<string>;
  set: (ids: ReadonlySet<string>) => void;
  name: (row: Row) => string;
}

interface Page<Row> {
  total: number;
  items: Row[];
}

interface Props<Row> {
  name: string;
  label: string;
  query: UseQueryResult<Page<Row>>;
  columns: Column<Row>[];
  id: (row: Row) => string;
  search: ListSearch;
  sort: string;
  onSearch: (change: ListSearch) => void;
  filters?: ReactNode;
  actions?: ReactNode;
  empty: ReactNode;
  selection?: Selection<Row>;
}

const plain = (count: number) => count.toLocaleString("en");

/** A part of a list that the cloud pages and sorts; what it shows is in the address. */
export function DataTable<Row>(props: Props<Row>) {
  const { query, columns, search, onSearch } = props;
  const { chosen, toggle } = useChosenColumns(props.name, columns);
  const shown = columns.filter((column) => chosen.has(column.key));
  const total = query.data?.total ?? 0;
  const pages = (compact: boolean) => (
    <Pagination
      itemCount={total}
      page={search.page ?? 1}
      perPage={search.per ?? PER_PAGE}
      perPageOptions={SIZES.map((size) => ({ title: String(size), value: size }))}
      onSetPage={(_event, page) => onSearch({ page })}
      onPerPageSelect={(_event, per) => onSearch({ per, page: 1 })}
      isCompact={compact}
      toggleTemplate={({ firstIndex = 0, lastIndex = 0, itemCount = 0 }) => (
        <>
          <b>
            {plain(firstIndex)} – {plain(lastIndex)}
          </b>{" "}
          {words.table.of} <b>{plain(itemCount)}</b>
        </>
      )}
      variant={compact ? "top" : "bottom"}
      widgetId={`${props.name}-${compact ? "top" : "bottom"}`}
    />
  );
  return (
    <div>
      <Toolbar inset={{ default: "insetNone" }} className="aos-toolbar">
        <ToolbarContent>
          {props.filters}
          <ToolbarItem>
            <ColumnChoice columns={columns} chosen={chosen} toggle={toggle} />
          </ToolbarItem>
          {props.actions}
          <ToolbarItem variant="pagination" align={{ default: "alignEnd" }}>
            {pages(true)}
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Shown query={query} lines={10}>
        {(page) => (page.items.length ? <Rows {...props} shown={shown} rows={page.items} /> : props.empty)}
      </Shown>
      {total > (search.per ?? PER_PAGE) ? pages(false) : null}
    </div>
  );
}

function Rows<Row>({ shown, rows, label, id, search, sort, onSearch, selection }: Props<Row> & { shown: Column<Row>[]; rows: Row[] }) {
  const order = search.sort ?? sort;
  const by = shown.findIndex((column) => column.sort === order.replace(/^-/, ""));
  const all = selection !== undefined && rows.every((row) => selection.ids.has(id(row)));
  const choose = (chosen: Row[], on: boolean) => {
    if (!selection) return;
    const ids = new Set(selection.ids);
    chosen.forEach((row) => (on ? ids.add(id(row)) : ids.delete(id(row))));
    selection.set(ids);
  };
  return (
    <div className="aos-scroll">
      <Table aria-label={label} variant="compact" isStickyHeader>
        <Thead>
          <Tr>
            {selection ? (
              <Th aria-label={words.table.selectAll} className="aos-check">
                <Checkbox
                  id={`${label}-all`}
                  aria-label={words.table.selectAll}
                  isChecked={all}
                  onChange={(_event, on) => choose(rows, on)}
                />
              </Th>
            ) : null}
            {shown.map((column, index) => (
              <Th
                key={column.key}
                width={column.width}
                modifier="nowrap"
                sort={
                  column.sort === undefined
                    ? undefined
                    : {
                        columnIndex: index,
                        sortBy: { index: by, direction: order.startsWith("-") ? "desc" : "asc" },
                        onSort: (_event, _index, way) =>
                          onSearch({ sort: (way === "desc" ? "-" : "") + column.sort, page: 1 }),
                      }
                }
              >
                {column.title}
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {rows.map((row) => (
            <Tr key={id(row)} isRowSelected={selection?.ids.has(id(row))}>
              {selection ? (
                <Td className="aos-check">
                  <Checkbox
                    id={`${label}-${id(row)}`}
                    aria-label={words.table.select(selection.name(row))}
                    isChecked={selection.ids.has(id(row))}
                    onChange={(_event, on) => choose([row], on)}
                  />
                </Td>
              ) : null}
              {shown.map((column) => (
                <Td key={column.key} dataLabel={column.title} isActionCell={column.key === "actions"}>
                  {column.cell(row)}
                </Td>
              ))}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  );
}
