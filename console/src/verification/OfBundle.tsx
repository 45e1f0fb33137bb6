import { Button, Form, FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, type Schemas } from "../api/client";
import { fleetsByIdQuery } from "../fleets/queries";
import { Deed } from "../parts/Deed";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { meQuery, useMay } from "../session/me";
import { setsQuery } from "../sets/queries";
import { words } from "../words/en";
import { approvedWords } from "./approvals";
import { BatchLabel } from "./BatchLabel";
import { criteriaOf, drafted, faultsOf, type Criteria } from "./criteria";
import { CriteriaFields } from "./CriteriaFields";
import { batchesQuery, settingsQuery } from "./queries";

const w = words.verification;
type Bundle = Pick<Schemas["BundleView"], "id" | "name" | "state">;

/** How the bundle's verification stands, and the way to begin one. */
export function OfBundle({ bundle }: { bundle: Bundle }) {
  const may = useMay();
  const batches = useQuery(batchesQuery({ bundle: bundle.id }));
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const settings = useQuery({ ...settingsQuery, enabled: may("verification_settings_read") });
  const [open, setOpen] = useState(false);
  const begin =
    bundle.state === "ready" && may("verification_batches_create") && settings.data ? (
      <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
        {w.verify}
      </Button>
    ) : null;
  return (
    <Panel title={w.title} beside={begin}>
      <Shown query={batches} lines={2}>
        {(page) => (
          <SmallTable
            label={w.title}
            rows={page.items}
            id={(batch) => batch.id}
            none={w.notVerified}
            columns={[
              {
                title: w.begun,
                cell: (batch) => (
                  <Link to="/verification/$id" params={{ id: batch.id }}>
                    <Moment at={batch.created_at} />
                  </Link>
                ),
              },
              { title: w.state, cell: (batch) => <BatchLabel state={batch.state} /> },
              { title: w.approvals, cell: approvedWords },
              {
                title: w.fleet,
                cell: (batch) => (batch.fleet_id === null ? w.everyFleet : (fleets.data?.get(batch.fleet_id) ?? batch.fleet_id)),
              },
              { title: w.why, cell: (batch) => <span className="aos-clamp">{batch.reason}</span> },
            ]}
          />
        )}
      </Shown>
      {open && settings.data ? (
        <Begin bundle={bundle} criteria={settings.data.criteria} fleets={fleets.data} onClose={() => setOpen(false)} />
      ) : null}
    </Panel>
  );
}

interface BeginProps {
  bundle: Bundle;
  criteria: Criteria;
  fleets: ReadonlyMap<string, string> | undefined;
  onClose: () => void;
}

function Begin({ bundle, criteria, fleets, onClose }: BeginProps) {
  const may = useMay();
  const navigate = useNavigate();
  const within = useQuery(meQuery).data?.role === "fleet owner"; // and may begin for none but a fleet of theirs
  const [chosen, setFleet] = useState("");
  const fleet = chosen || (within ? ([...(fleets?.keys() ?? [])][0] ?? "") : "");
  const [draft, setDraft] = useState(drafted(criteria));
  const sets = useQuery({ ...setsQuery({ verification: "yes", fleet: fleet || undefined, per: 20 }), enabled: may("unit_sets_list") });
  const body = { bundle_id: bundle.id, fleet_id: fleet || null, criteria: criteriaOf(draft) };
  return (
    <Deed
      title={w.verifyTitle(bundle.name)}
      action={w.verify}
      disabled={faultsOf(draft).size > 0}
      will={
        <Form>
          {sets.data ? <p>{w.verifyWill(sets.data.total)}</p> : null}
          {fleets ? (
            <FormGroup label={w.fleet} fieldId="batch-fleet">
              <FormSelect id="batch-fleet" value={fleet} onChange={(_event, id) => setFleet(id)}>
                {within ? null : <FormSelectOption value="" label={w.everyFleet} />}
                {[...fleets].map(([id, title]) => (
                  <FormSelectOption key={id} value={id} label={title} />
                ))}
              </FormSelect>
            </FormGroup>
          ) : null}
          <CriteriaFields draft={draft} onChange={setDraft} />
        </Form>
      }
      run={(once) => once((header) => client.POST("/api/v11/verification-batches/", { params: { header }, body }))}
      touches={["verification"]}
      onDone={(made) => void navigate({ to: "/verification/$id", params: { id: made.id } })}
      onClose={onClose}
    />
  );
}
