import { MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { ColumnsIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { words } from "../words/en";

interface Props {
  columns: { key: string; title: string }[];
  chosen: ReadonlySet<string>;
  toggle: (key: string) => void;
}

/** Which columns a table shows. */
export function ColumnChoice({ columns, chosen, toggle }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Select
      role="menu"
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={(_event, key) => toggle(String(key))}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          aria-label={words.table.chooseColumns}
          isExpanded={open}
          onClick={() => setOpen(!open)}
          icon={<ColumnsIcon />}
        />
      )}
    >
      <SelectList>
        {columns.map((column) => (
          <SelectOption key={column.key} value={column.key} hasCheckbox isSelected={chosen.has(column.key)}>
            {column.title}
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
