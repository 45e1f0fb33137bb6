import {
  Form,
  FormGroup,
  FormSelect,
  FormSelectOption,
  PageSection,
  Wizard,
  WizardStep,
} from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { Schemas } from "../api/client";
import { Said } from "../parts/Confirm";
import { local } from "../parts/format";
import { useNow } from "../parts/now";
import { PageHead } from "../parts/PageHead";
import { Loading, NotAllowed } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { Unverified } from "../verification/Unverified";
import { words } from "../words/en";
import { useDrawing } from "./drawing";
import { emptyDraft, faultsOf, isForSomebody, startOf, type Draft } from "./draft";
import { Purpose, TextField, type Step } from "./Fields";
import { How } from "./How";
import { PlanFacts } from "./PlanFacts";
import { readyBundlesQuery, type Plan } from "./queries";
import { useSetTitles } from "./useSets";
import { Whom } from "./Whom";

const route = getRouteApi("/campaigns/new");
const w = words.campaigns;
const SHOWN = 3;
type Bundle = Schemas["BundleView"];

/** A new campaign: what, whom, how; then what would happen, before anything does. */
export function NewCampaignPage() {
  const may = useMay();
  if (!may("campaigns_create") || !may("campaigns_plan")) return <NotAllowed />;
  return (
    <>
      <PageHead
        title={w.create}
        above={<WayBack to="/campaigns" list={w.title} here={w.create} />}
      />
      <PageSection hasBodyWrapper={false}>
        <div className="aos-wizard">
          <Steps />
        </div>
      </PageSection>
    </>
  );
}

function Steps() {
  const { bundle } = route.useSearch();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(bundle));
  const { draw, start, discard } = useDrawing();
  const faults = faultsOf(draft);
  const at = startOf(draft.startAt, useNow());
  const never = draft.startAt !== "" && !at;
  const step: Step<Draft> = { draft, faults, change: (change) => setDraft((old) => ({ ...old, ...change })) };
  const what = draft.title.trim() !== "" && draft.bundle !== "";
  const whom = what && isForSomebody(draft);
  const how = whom && !faults.size;
  const drawn = draw.isPending ? undefined : draw.data;
  const busy = draw.isPending || start.isPending;
  const show = (id: string) => void navigate({ to: "/campaigns/$id", params: { id } });
  const go = () => {
    if (!drawn) return;
    if (draft.fourEyes) show(drawn.id);
    else start.mutate({ id: drawn.id, at }, { onSuccess: () => show(drawn.id) });
  };
  const leave = () => void discard().finally(() => void navigate({ to: "/campaigns" }));
  const first = { nextButtonText: w.wizard.next, cancelButtonText: w.wizard.cancel };
  const middle = { ...first, backButtonText: w.wizard.back };
  const last = {
    ...middle,
    nextButtonText: draft.fourEyes ? w.wizard.keptForApproval : w.wizard.start(drawn?.plan.members ?? 0, at ? local(at) : ""),
    isNextDisabled: !drawn?.plan.members || busy || (never && !draft.fourEyes),
  };
  return (
    <Wizard
      isVisitRequired
      navAriaLabel={w.create}
      onClose={leave}
      onSave={go}
      onStepChange={(_event, now) => (now.id === "plan" ? draw.mutate(draft) : undefined)}
    >
      <WizardStep name={w.wizard.what} id="what" footer={{ ...first, isNextDisabled: !what }}>
        <What step={step} />
      </WizardStep>
      <WizardStep name={w.wizard.whom} id="whom" isDisabled={!what} footer={{ ...middle, isNextDisabled: !whom }}>
        <Whom step={step} />
      </WizardStep>
      <WizardStep name={w.wizard.how} id="how" isDisabled={!whom} footer={{ ...middle, isNextDisabled: !how }}>
        <How step={step} />
      </WizardStep>
      <WizardStep name={w.wizard.plan} id="plan" isDisabled={!how} footer={last}>
        {draw.isPending ? (
          <Loading lines={6} />
        ) : drawn ? (
          <Drawn id={drawn.id} plan={drawn.plan}>
            {draft.fourEyes ? null : <When step={step} wrong={never} />}
          </Drawn>
        ) : null}
        {draw.error ? <Said error={draw.error} /> : null}
        {start.error ? <Said error={start.error} /> : null}
        <Unverified error={start.error} bundle={draft.bundle} />
      </WizardStep>
    </Wizard>
  );
}

function Drawn({ id, plan, children }: { id: string; plan: Plan; children: ReactNode }) {
  const sets = useSetTitles();
  return (
    <div className="aos-stack">
      <PlanFacts plan={plan} sets={sets} />
      {children}
      <p>
        <Link to="/campaigns/$id" params={{ id }}>
          {w.wizard.keep}
        </Link>
      </p>
    </div>
  );
}

/** At once, or at a time of the zone that one is in. */
function When({ step, wrong }: { step: Step<Draft>; wrong: boolean }) {
  const seen = wrong ? { ...step, faults: new Set(["startAt"]) } : step;
  const how = wrong ? w.wizard.startAtWrong : w.wizard.startAtHow;
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      <div className="aos-numbers">
        <TextField step={seen} name="startAt" label={w.wizard.startAt} how={how} type="datetime-local" />
      </div>
    </Form>
  );
}

/** A bundle with what it brings: several may have one name. */
function named({ name, items }: Bundle): string {
  const brings = items.slice(0, SHOWN).map((item) => `${item.codename} ${item.version}`);
  return `${name}: ${brings.join(", ")}${items.length > SHOWN ? ", …" : ""}`;
}

function What({ step }: { step: Step<Draft> }) {
  const bundles = useQuery(readyBundlesQuery);
  const { draft, change } = step;
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      <p>{w.wizard.whatHow}</p>
      <TextField step={step} name="title" label={w.wizard.titleField} required />
      <Purpose step={step} />
      <FormGroup label={w.wizard.bundleField} fieldId="campaign-bundle" isRequired>
        <FormSelect id="campaign-bundle" value={draft.bundle} onChange={(_event, bundle) => change({ bundle })}>
          <FormSelectOption value="" label={w.wizard.chooseBundle} isPlaceholder />
          {(bundles.data?.items ?? []).map((bundle) => (
            <FormSelectOption key={bundle.id} value={bundle.id} label={named(bundle)} />
          ))}
        </FormSelect>
      </FormGroup>
    </Form>
  );
}
