import { Alert, Breadcrumb, BreadcrumbItem, Button, Form, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { ifMatch, type Marked } from "../api/marked";
import { Said as Refusal } from "../parts/Confirm";
import { Meanwhile } from "../parts/Meanwhile";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { NotAllowed, Shown } from "../parts/states";
import { useChange } from "../parts/useChange";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { isForSomebody, selectionOf, whomDraftOf, type WhomDraft } from "./draft";
import { Purpose, TextField, type Step } from "./Fields";
import { How } from "./How";
import { faultsOf, policyDraftOf, policyOf, type PolicyDraft } from "./policyDraft";
import { differences, sameWhom } from "./policyWords";
import { markedCampaignQuery, readCampaign, type Campaign } from "./queries";
import { useTitles } from "./useSets";
import { changeWill, isChangeable, isSettled } from "./verbs";
import { Whom } from "./Whom";

const route = getRouteApi("/campaigns/$id/change");
const w = words.campaigns;

/** A campaign changed, how it goes even while it goes; what that does is said before it is done. */
export function ChangeCampaignPage() {
  const { id } = route.useParams();
  const may = useMay();
  const found = useQuery({ ...markedCampaignQuery(id), enabled: may("campaigns_update") });
  if (!may("campaigns_update")) return <NotAllowed />;
  return (
    <>
      <PageHead
        title={w.change.title}
        above={
          <Breadcrumb>
            <BreadcrumbItem render={({ className }) => <Link className={className} to="/campaigns">{w.title}</Link>} />
            <BreadcrumbItem
              render={({ className }) => (
                <Link className={className} to="/campaigns/$id" params={{ id }}>
                  <span className="aos-name">{found.data?.thing.title ?? w.name}</span>
                </Link>
              )}
            />
            <BreadcrumbItem isActive>{w.change.title}</BreadcrumbItem>
          </Breadcrumb>
        }
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={found} lines={10}>
          {(marked) =>
            isChangeable(marked.thing) ? (
              <Changing before={marked} />
            ) : (
              <Alert variant="info" isInline title={w.change.over(w.states[marked.thing.state])} />
            )
          }
        </Shown>
      </PageSection>
    </>
  );
}

function Changing({ before }: { before: Marked<Campaign> }) {
  const { thing: campaign } = before;
  const navigate = useNavigate();
  const titles = useTitles();
  const [draft, setDraft] = useState<Draft>(() => ({ ...policyDraftOf(campaign.policy), ...whomDraftOf(campaign.selection) }));
  const faults = faultsOf(draft);
  const nobody = !isForSomebody(draft);
  const wrong = faults.size > 0 || nobody;
  const next = wrong ? campaign : { policy: policyOf(draft, campaign.policy), selection: selectionOf(draft) };
  const changes = differences(campaign, next, titles);
  const [said, setSaid] = useState({ title: campaign.title, purpose: campaign.purpose });
  const reworded = said.title.trim() !== campaign.title || said.purpose.trim() !== campaign.purpose;
  const body = {
    ...next.policy,
    ...(reworded ? said : {}),
    ...(sameWhom(campaign.selection, next.selection) ? {} : { selection: next.selection }),
  };
  const path = { id: campaign.id };
  const once = useOnce();
  const leave = () => void navigate({ to: "/campaigns/$id", params: path });
  const { save, busy, error, theirs } = useChange({
    before,
    read: () => readCampaign(campaign.id),
    write: (mark) =>
      once((key) =>
        client.PUT("/api/v11/campaigns/{id}/", { params: { path, header: { ...key, ...ifMatch(mark) } }, body }),
      ),
    touches: ["campaigns", "plans"],
    onDone: leave,
  });
  const step: Step<Draft> = { draft, faults, change: (change) => setDraft((old) => ({ ...old, ...change })) };
  const settled = isSettled(campaign);
  return (
    <div className="aos-stack">
      <Panel title={campaign.title}>
        <div className="aos-stack">
          <Words step={{ draft: said, faults, change: (change) => setSaid((old) => ({ ...old, ...change })) }} />
          {settled ? <p className="aos-quiet">{w.change.settled}</p> : <Whom step={step} />}
          <How step={step} settled={settled} />
        </div>
      </Panel>
      <Panel title={w.change.what}>
        <div className="aos-stack">
          {reworded ? <p>{w.change.reworded}</p> : null}
          {reworded && !changes.length && !wrong ? null : (
            <Changes changes={changes} wrong={nobody ? w.change.nobody : wrong ? w.change.wrong : undefined} />
          )}
          {changes.length ? changeWill(campaign).map((sentence) => <p key={sentence}>{sentence}</p>) : null}
          {theirs ? <Meanwhile fields={differences(campaign, theirs, titles)} /> : null}
          {error ? <Refusal error={error} /> : null}
          <div className="aos-row">
            <Button onClick={save} isLoading={busy} isDisabled={busy || !said.title.trim() || (!changes.length && !reworded)}>
              {theirs ? words.fleets.saveMine : w.change.save}
            </Button>
            <Button variant="link" onClick={leave}>
              {words.frame.cancel}
            </Button>
          </div>
        </div>
      </Panel>
    </div>
  );
}

type Draft = PolicyDraft & WhomDraft;

interface Said {
  title: string;
  purpose: string;
}

/** What it is called and what it is for: no part of the plan. */
function Words({ step }: { step: Step<Said> }) {
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      <TextField step={step} name="title" label={w.wizard.titleField} required />
      <Purpose step={step} />
    </Form>
  );
}

function Changes({ changes, wrong }: { changes: [string, string, string][]; wrong: string | undefined }) {
  if (wrong ?? !changes.length) return <p className="aos-quiet">{wrong ?? w.change.nothing}</p>;
  return (
    <ul className="aos-lines" aria-label={w.change.what}>
      {changes.map(([name, old, now]) => (
        <li key={name}>
          <strong>{name}</strong>
          <span className="aos-words">
            <del className="aos-quiet">{old}</del> {now}
          </span>
        </li>
      ))}
    </ul>
  );
}
