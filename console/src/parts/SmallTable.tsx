import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { ReactNode } from "react";

interface Props<Row> {
  label: string;
  rows: Row[];
  id: (row: Row) => string;
  columns: { title: string; cell: (row: Row) => ReactNode }[];
  none: string;
}

/** A table that is whole on the page: a few rows of one thing. */
export function SmallTable<Row>({ label, rows, id, columns, none }: Props<Row>) {
  if (!rows.length) return <p className="aos-quiet">{none}</p>;
  return (
    <div className="aos-scroll">
      <Table aria-label={label} variant="compact" borders>
        <Thead>
          <Tr>
            {columns.map((column) => (
              <Th key={column.title} modifier="nowrap">
                {column.title}
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {rows.map((row) => (
            <Tr key={id(row)}>
              {columns.map((column) => (
                <Td key={column.title} dataLabel={column.title}>
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
