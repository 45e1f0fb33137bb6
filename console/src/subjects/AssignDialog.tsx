import { Form, FormGroup, FormHelperText, HelperText, HelperTextItem, Radio, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { itemNamesQuery, versionNamesQuery } from "../items/queries";
import { Deed } from "../parts/Deed";
import { FormChoice } from "../parts/FormChoice";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { makeAssignment, readyBundlesQuery, type Subject } from "./queries";
import { namesIn } from "./search";

const w = words.subjects;

/** An item or a bundle for a subject, and on which terms. */
export function AssignDialog({ subject, units, onClose }: { subject: Subject; units: number; onClose: () => void }) {
  const may = useMay();
  const [kind, setKind] = useState<"item" | "bundle">("item");
  const [item, setItem] = useState("");
  const [version, setVersion] = useState("");
  const [bundle, setBundle] = useState("");
  const [instances, setInstances] = useState("");
  const [priority, setPriority] = useState("");
  const [labels, setLabels] = useState("");
  const bundled = may("deployment_bundles_list");
  const body = {
    ...(kind === "item" ? { item_id: item, version: version || null } : { bundle_id: bundle }),
    num_instances: instances === "" ? null : Number(instances),
    priority: priority === "" ? null : Number(priority),
    labels: namesIn(labels),
  };
  return (
    <Deed
      title={w.assignTitle(subject.title)}
      action={w.assign}
      disabled={kind === "item" ? !item : !bundle}
      run={(once) => makeAssignment(once, subject.id, body)}
      touches={["subjects", "units"]}
      onClose={onClose}
      will={
        <>
          <Form>
            {bundled ? (
              <FormGroup label={w.what} role="radiogroup" fieldId="assign-what" isStack>
                <Radio id="assign-item" name="assign-what" label={w.whatItem} isChecked={kind === "item"} onChange={() => setKind("item")} />
                <Radio id="assign-bundle" name="assign-what" label={w.whatBundle} isChecked={kind === "bundle"} onChange={() => setKind("bundle")} />
              </FormGroup>
            ) : null}
            {kind === "item" ? (
              <ItemChoice
                item={item}
                version={version}
                onChange={(chosen, of) => {
                  setItem(chosen);
                  setVersion(of);
                }}
              />
            ) : (
              <BundleChoice bundle={bundle} onChange={setBundle} />
            )}
            <FormGroup label={w.instances} fieldId="assign-instances">
              <TextInput id="assign-instances" type="number" min={0} placeholder={w.own} value={instances} onChange={(_event, typed) => setInstances(typed)} />
            </FormGroup>
            <FormGroup label={w.priority} fieldId="assign-priority">
              <TextInput id="assign-priority" type="number" placeholder={w.own} value={priority} onChange={(_event, typed) => setPriority(typed)} />
            </FormGroup>
            <FormGroup label={w.labels} fieldId="assign-labels">
              <TextInput id="assign-labels" placeholder={w.own} value={labels} onChange={(_event, typed) => setLabels(typed)} />
              <FormHelperText>
                <HelperText>
                  <HelperTextItem>{w.labelsHow}</HelperTextItem>
                </HelperText>
              </FormHelperText>
            </FormGroup>
          </Form>
          <p>{w.assignWill(units)}</p>
        </>
      }
    />
  );
}

function ItemChoice({ item, version, onChange }: { item: string; version: string; onChange: (item: string, version: string) => void }) {
  const items = useQuery(itemNamesQuery);
  const versions = useQuery(versionNamesQuery(item));
  return (
    <>
      <FormChoice
        id="assign-item-id"
        label={w.item}
        value={item}
        options={items.data ?? []}
        none={w.choose}
        onChange={(id) => onChange(id, "")}
      />
      <FormChoice
        id="assign-version"
        label={w.version}
        value={version}
        options={[["", w.followNewest], ...(versions.data?.items ?? []).map((each) => [each.version, each.version] as const)]}
        disabled={!item}
        onChange={(chosen) => onChange(item, chosen)}
      />
    </>
  );
}

function BundleChoice({ bundle, onChange }: { bundle: string; onChange: (bundle: string) => void }) {
  const bundles = useQuery(readyBundlesQuery);
  return (
    <FormChoice
      id="assign-bundle-id"
      label={w.bundle}
      value={bundle}
      options={(bundles.data?.items ?? []).map((each) => [
        each.id,
        `${each.name}: ${each.items.map((one) => `${one.codename} ${one.version}`).join(", ")}`,
      ])}
      none={w.choose}
      onChange={onChange}
    />
  );
}
