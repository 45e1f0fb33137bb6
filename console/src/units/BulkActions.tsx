import { Dropdown, DropdownItem, DropdownList, MenuToggle, ToolbarItem } from "@patternfly/react-core";
import { useState } from "react";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { BulkDialog, type BulkKind } from "./BulkDialog";
import type { Unit } from "./queries";

interface Props {
  units: Unit[];
  fleets: ReadonlyMap<string, string> | undefined;
  onDone: () => void;
}

const KINDS: { kind: BulkKind; needs: string; title: string }[] = [
  { kind: "label", needs: "unit_labels_update", title: words.units.setLabels },
  { kind: "move", needs: "units_move", title: words.units.moveTo },
  { kind: "renew", needs: "unit_certificates_renew", title: words.units.renew },
];

/** What can be done to the chosen Units. */
export function BulkActions({ units, fleets, onDone }: Props) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<BulkKind>();
  const shown = KINDS.filter((each) => may(each.needs));
  if (!shown.length || !units.length) return null;
  return (
    <ToolbarItem>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        toggle={(ref) => (
          <MenuToggle ref={ref} variant="primary" isExpanded={open} onClick={() => setOpen(!open)}>
            {words.table.selected(units.length)}
          </MenuToggle>
        )}
      >
        <DropdownList>
          {shown.map((each) => (
            <DropdownItem
              key={each.kind}
              onClick={() => {
                setOpen(false);
                setKind(each.kind);
              }}
            >
              {each.title}
            </DropdownItem>
          ))}
        </DropdownList>
      </Dropdown>
      {kind ? <BulkDialog kind={kind} units={units} fleets={fleets} onClose={() => setKind(undefined)} onDone={onDone} /> : null}
    </ToolbarItem>
  );
}
