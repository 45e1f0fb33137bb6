import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { fleetsByIdQuery } from "../fleets/queries";
import { Confirm } from "../parts/Confirm";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { BulkDialog, type BulkKind } from "./BulkDialog";
import type { UnitDetail } from "./queries";

/** What can be done to one Unit. */
export function UnitActions({ unit }: { unit: UnitDetail }) {
  const may = useMay();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const [doing, setDoing] = useState<BulkKind | "decommission">();
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const ended = unit.status === "deprovisioned";
  const decommission = useMutation({
    mutationFn: () =>
      got(client.POST("/api/v11/units/{id}/deprovision/", { params: { path: { id: unit.id } }, body: { at_once: false } })),
    onSuccess: () => setDoing(undefined),
    onSettled: () => cache.invalidateQueries({ queryKey: ["units"] }),
  });
  const deeds: { kind: BulkKind | "decommission"; needs: string; title: string; danger?: boolean }[] = [
    { kind: "label", needs: "unit_labels_update", title: words.units.setLabels },
    { kind: "move", needs: "units_move", title: words.units.moveTo },
    { kind: "renew", needs: "unit_certificates_renew", title: words.units.renew },
    { kind: "decommission", needs: "units_deprovision", title: words.units.decommission, danger: true },
  ];
  const shown = deeds.filter((deed) => may(deed.needs) && !(ended && deed.kind !== "label" && deed.kind !== "move"));
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
      {doing === "decommission" ? (
        <Confirm
          title={words.units.decommission}
          action={words.units.decommission}
          danger
          busy={decommission.isPending}
          error={decommission.error}
          onConfirm={() => decommission.mutate()}
          onClose={() => setDoing(undefined)}
        >
          <p className="aos-words">{words.units.decommissionWill(unit.system_uid)}</p>
        </Confirm>
      ) : doing ? (
        <BulkDialog
          kind={doing}
          units={[unit]}
          fleets={fleets.data}
          onClose={() => setDoing(undefined)}
          onDone={() => setDoing(undefined)}
        />
      ) : null}
    </>
  );
}
