import { Checkbox, Form } from "@patternfly/react-core";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { words } from "../words/en";
import { criteriaOf, drafted, faultsOf } from "./criteria";
import { CriteriaFields } from "./CriteriaFields";
import type { Settings } from "./queries";

const w = words.verification;

/** How the organization verifies, of batches to come. */
export function SettingsDialog({ before, onClose }: { before: Settings; onClose: () => void }) {
  const [required, setRequired] = useState(before.required);
  const [fourEyes, setFourEyes] = useState(before.four_eyes);
  const [draft, setDraft] = useState(drafted(before.criteria));
  const body = { required, four_eyes: fourEyes, criteria: criteriaOf(draft) };
  return (
    <Deed
      title={w.settings}
      action={w.save}
      disabled={faultsOf(draft).size > 0}
      will={
        <Form>
          <p>{w.settingsWill}</p>
          <Checkbox id="verification-required" label={w.required} isChecked={required} onChange={(_event, on) => setRequired(on)} />
          <Checkbox id="verification-four-eyes" label={w.fourEyesSetting} isChecked={fourEyes} onChange={(_event, on) => setFourEyes(on)} />
          <CriteriaFields draft={draft} onChange={setDraft} />
        </Form>
      }
      run={() => got(client.PUT("/api/v11/verification-settings/", { body }))}
      touches={["verification"]}
      onClose={onClose}
    />
  );
}
