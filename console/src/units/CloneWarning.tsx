import { Alert, AlertActionLink } from "@patternfly/react-core";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Moment } from "../parts/Moment";
import { useMay } from "../session/me";
import { clones } from "../words/clones";
import type { UnitDetail } from "./queries";

/** That a Unit looks like two devices, with both addresses, until somebody clears it. */
export function CloneWarning({ unit }: { unit: UnitDetail }) {
  const may = useMay();
  const [clearing, setClearing] = useState(false);
  if (!unit.clone) return null;
  const { since, times, older_address: older, newer_address: newer } = unit.clone;
  return (
    <>
      <Alert
        variant="warning"
        isInline
        title={clones.title}
        component="h2"
        actionLinks={
          may("units_clear_clone") ? <AlertActionLink onClick={() => setClearing(true)}>{clones.clear}</AlertActionLink> : undefined
        }
      >
        <div className="aos-stack-tight">
          <p className="aos-words">{clones.seen(times, older, newer)}</p>
          <p>{clones.what}</p>
          <p className="aos-quiet">
            {clones.since} <Moment at={since} />
          </p>
        </div>
      </Alert>
      {clearing ? (
        <Deed
          title={clones.clear}
          action={clones.clear}
          will={clones.clearWill(unit.system_uid)}
          run={() => got(client.POST("/api/v11/units/{id}/clear-clone/", { params: { path: { id: unit.id } } }))}
          touches={["units"]}
          onClose={() => setClearing(false)}
        />
      ) : null}
    </>
  );
}
