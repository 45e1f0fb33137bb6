import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { BulkDialog } from "./BulkDialog";
import type { UnitDetail } from "./queries";
import { UnitDecommission, UnitKind, UnitLabels, UnitRevoke } from "./UnitDialogs";

type Kind = "label" | "move" | "kind" | "renew" | "revoke" | "decommission";

const DEEDS: { kind: Kind; needs: string; title: string; danger?: boolean; alive?: boolean }[] = [
  { kind: "label", needs: "unit_labels_update", title: words.unitDeeds.labels },
  { kind: "move", needs: "units_move", title: words.units.moveTo },
  { kind: "kind", needs: "unit_target_system_update", title: words.targetSystems.set, alive: true },
  { kind: "renew", needs: "unit_certificates_renew", title: words.units.renew, alive: true },
  { kind: "revoke", needs: "units_revoke", title: words.unitDeeds.revoke, danger: true, alive: true },
  { kind: "decommission", needs: "units_deprovision", title: words.units.decommission, danger: true, alive: true },
];

/** What can be done to one Unit. */
export function UnitActions({ unit }: { unit: UnitDetail }) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [doing, setDoing] = useState<Kind>();
  const ended = unit.status === "deprovisioned";
  const shown = DEEDS.filter((deed) => may(deed.needs) && !(ended && deed.alive));
  if (!shown.length) return null;
  return (
    <>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        popperProps={{ position: "right" }}
        toggle={(ref) => (
          <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)}>
            {words.units.actions}
          </MenuToggle>
        )}
      >
        <DropdownList>
          {shown.map((deed) => (
            <DropdownItem
              key={deed.kind}
              isDanger={deed.danger}
              onClick={() => {
                setOpen(false);
                setDoing(deed.kind);
              }}
            >
              {deed.title}
            </DropdownItem>
          ))}
        </DropdownList>
      </Dropdown>
      {doing ? <Doing kind={doing} unit={unit} onClose={() => setDoing(undefined)} /> : null}
    </>
  );
}

function Doing({ kind, unit, onClose }: { kind: Kind; unit: UnitDetail; onClose: () => void }) {
  const may = useMay();
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  switch (kind) {
    case "label":
      return <UnitLabels unit={unit} onClose={onClose} />;
    case "kind":
      return <UnitKind unit={unit} onClose={onClose} />;
    case "revoke":
      return <UnitRevoke unit={unit} onClose={onClose} />;
    case "decommission":
      return <UnitDecommission unit={unit} onClose={onClose} />;
    default:
      return <BulkDialog kind={kind} units={[unit]} fleets={fleets.data} onClose={onClose} onDone={onClose} />;
  }
}
