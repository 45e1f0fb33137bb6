import { MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useState } from "react";

interface Props<T extends string> {
  label: string;
  any: string;
  value: T | undefined;
  options: { value: T; title: string }[];
  onChoose: (value: T | undefined) => void;
}

/** A filter with a few values; `any` is none of them. */
export function Choice<T extends string>({ label, any, value, options, onChoose }: Props<T>) {
  const [open, setOpen] = useState(false);
  const title = options.find((option) => option.value === value)?.title ?? value ?? any;
  return (
    <Select
      isOpen={open}
      onOpenChange={setOpen}
      selected={value ?? ""}
      isScrollable
      onSelect={(_event, chosen) => {
        onChoose(chosen ? (chosen as T) : undefined);
        setOpen(false);
      }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)} aria-label={`${label}: ${title}`}>
          {label}: {title}
        </MenuToggle>
      )}
    >
      <SelectList aria-label={label}>
        <SelectOption value="">{any}</SelectOption>
        {options.map((option) => (
          <SelectOption key={option.value} value={option.value}>
            {option.title}
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
