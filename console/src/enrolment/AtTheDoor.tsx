import { Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Facts } from "../parts/Facts";
import { words } from "../words/en";
import { grouped, same } from "./fingerprint";
import type { WaitingUnit } from "./queries";

const w = words.enrolment;
const TOUCHES = ["enrolment", "waiting", "units"];

/** Lets a Unit in, once somebody has compared its key. */
export function Approve({ unit, fleet, onClose }: { unit: WaitingUnit; fleet: string; onClose: () => void }) {
  const [pasted, setPasted] = useState("");
  const equal = same(unit.fingerprint, pasted);
  return (
    <Deed
      title={w.approveTitle(unit.system_uid)}
      action={w.approve}
      disabled={equal === false}
      run={() => got(client.POST("/api/v11/waiting-units/{id}/approve/", { params: { path: { id: unit.id } } }))}
      touches={TOUCHES}
      onClose={onClose}
      will={
        <>
          <p className="aos-words">{unit.kind === "return" ? w.returnWill(unit.system_uid) : w.approveWill(unit.system_uid, fleet)}</p>
          <div className="aos-stack-tight">
            <p>{w.compare}</p>
            <p className="aos-secret aos-big">{grouped(unit.fingerprint)}</p>
            <p className="aos-quiet">{w.compareHow}</p>
          </div>
          <Form>
            <FormGroup label={w.paste} fieldId="pasted">
              <TextInput
                id="pasted"
                className="aos-code"
                value={pasted}
                onChange={(_event, typed) => setPasted(typed)}
                validated={equal === undefined ? "default" : equal ? "success" : "error"}
                autoComplete="off"
              />
              <FormHelperText>
                <HelperText isLiveRegion>
                  {equal === undefined ? null : (
                    <HelperTextItem variant={equal ? "success" : "error"}>{equal ? w.same : w.differs}</HelperTextItem>
                  )}
                </HelperText>
              </FormHelperText>
            </FormGroup>
          </Form>
          <Facts
            facts={[
              [w.model, [unit.model_name, unit.model_version].filter(Boolean).join(" ")],
              [w.nodes, unit.nodes.join(", ")],
              [w.origin, unit.origin],
              [w.kind, w.kinds[unit.kind]],
            ]}
          />
        </>
      }
    />
  );
}

/** Turns a Unit away, with words for it. */
export function Reject({ unit, onClose }: { unit: WaitingUnit; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const asked = { params: { path: { id: unit.id } }, body: { reason } };
  return (
    <Deed
      title={w.rejectTitle(unit.system_uid)}
      action={w.reject}
      danger
      run={() => got(client.POST("/api/v11/waiting-units/{id}/reject/", asked))}
      touches={TOUCHES}
      onClose={onClose}
      will={
        <>
          <p className="aos-words">{w.rejectWill(unit.system_uid)}</p>
          <Form>
            <FormGroup label={w.why} fieldId="reject-reason">
              <TextInput id="reject-reason" value={reason} onChange={(_event, typed) => setReason(typed)} />
            </FormGroup>
          </Form>
        </>
      }
    />
  );
}
