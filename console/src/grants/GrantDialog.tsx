import { Checkbox, Form, FormGroup, Radio, TextArea, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got, type Schemas } from "../api/client";
import { Deed } from "../parts/Deed";
import { Hint } from "../parts/Hint";
import { Picks } from "../parts/Picks";
import { words } from "../words/en";
import { codenames } from "./codenames";
import { servicesQuery, SIGHTS, type Grant, type Sight } from "./queries";

const w = words.grants;

interface Terms {
  every: boolean;
  chosen: string[];
  typed: string;
  sees: Sight[];
}

function begun(grant: Grant | undefined): Terms {
  return {
    every: grant === undefined || grant.services === null,
    chosen: grant?.services ?? [],
    typed: "",
    sees: grant?.sees ?? [],
  };
}

function bodyOf(terms: Terms): Pick<Schemas["GrantBody"], "services" | "sees"> {
  return {
    services: terms.every ? null : [...terms.chosen, ...codenames(terms.typed)],
    sees: terms.sees,
  };
}

interface Props {
  grant?: Grant;
  title?: string;
  onClose: () => void;
}

/** A new grant, or other terms for one. */
export function GrantDialog({ grant, title = "", onClose }: Props) {
  const [provider, setProvider] = useState("");
  const [terms, setTerms] = useState(() => begun(grant));
  return (
    <Deed
      title={grant ? w.changeTitle(title) : w.create}
      action={grant ? w.save : w.createGo}
      disabled={grant === undefined && provider.trim() === ""}
      run={(once) => {
        const body = bodyOf(terms);
        if (grant) return got(client.PUT("/api/v11/grants/{id}/", { params: { path: { id: grant.service_provider_id } }, body }));
        return once((header) =>
          client.POST("/api/v11/grants/", { params: { header }, body: { service_provider_id: provider.trim(), ...body } }),
        );
      }}
      touches={["grants", "organizations", "items"]}
      onClose={onClose}
      will={
        <Form>
          {grant ? null : (
            <FormGroup label={w.providerId} fieldId="grant-provider" isRequired>
              <TextInput id="grant-provider" value={provider} onChange={(_event, typed) => setProvider(typed)} isRequired autoFocus />
              <Hint>{w.providerIdHow}</Hint>
            </FormGroup>
          )}
          <Services provider={grant?.service_provider_id} terms={terms} onTerms={(next) => setTerms((old) => ({ ...old, ...next }))} />
          <FormGroup label={w.sees} role="group" isStack>
            {SIGHTS.map((sight) => (
              <Checkbox
                key={sight}
                id={`grant-sees-${sight}`}
                label={w.sights[sight]}
                description={w.sightsHow[sight]}
                isChecked={terms.sees.includes(sight)}
                onChange={(_event, on) =>
                  setTerms((old) => ({ ...old, sees: SIGHTS.filter((one) => (one === sight ? on : old.sees.includes(one))) }))
                }
              />
            ))}
          </FormGroup>
        </Form>
      }
    />
  );
}

interface ServicesProps {
  provider: string | undefined;
  terms: Terms;
  onTerms: (change: Partial<Terms>) => void;
}

function Services({ provider, terms, onTerms }: ServicesProps) {
  const { data: services } = useQuery({ ...servicesQuery, enabled: provider !== undefined });
  const known = [...(services?.values() ?? [])].filter((item) => item.owner_id === provider);
  const gone = terms.chosen.filter((id) => !known.some((item) => item.id === id));
  const options = [
    ...known.map((item) => ({ value: item.id, title: item.codename })),
    ...gone.map((id) => ({ value: id, title: id })),
  ];
  return (
    <FormGroup label={w.which} role="radiogroup" isStack>
      <Radio id="grant-all" name="grant-services" label={w.all} isChecked={terms.every} onChange={() => onTerms({ every: true })} />
      <Radio id="grant-some" name="grant-services" label={w.some} isChecked={!terms.every} onChange={() => onTerms({ every: false })} />
      {terms.every ? null : (
        <div className="aos-stack">
          {options.length ? (
            <Picks label={w.services} options={options} chosen={terms.chosen} onChoose={(chosen) => onTerms({ chosen })} />
          ) : null}
          <FormGroup label={w.more} fieldId="grant-more">
            <TextArea
              id="grant-more"
              rows={2}
              resizeOrientation="vertical"
              value={terms.typed}
              onChange={(_event, typed) => onTerms({ typed })}
            />
            <Hint>{w.moreHow}</Hint>
          </FormGroup>
        </div>
      )}
    </FormGroup>
  );
}
