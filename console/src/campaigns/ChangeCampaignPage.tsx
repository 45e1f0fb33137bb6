import { Alert, Breadcrumb, BreadcrumbItem, Button, Form, FormGroup, PageSection, TextArea, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../api/client";
import { once } from "../api/once";
import { ifMatch, type Marked } from "../api/marked";
import { Said as Refusal } from "../parts/Confirm";
import { Meanwhile } from "../parts/Meanwhile";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { NotAllowed, Shown } from "../parts/states";
import { useChange } from "../parts/useChange";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { How } from "./How";
import { faultsOf, policyDraftOf, policyOf, type Policy, type PolicyDraft } from "./policyDraft";
import { differences } from "./policyWords";
import { markedCampaignQuery, readCampaign, type Campaign } from "./queries";
import { useSetTitles } from "./useSets";
import { changeWill, isChangeable } from "./verbs";

const route = getRouteApi("/campaigns/$id/change");
const w = words.campaigns;

/** How a campaign goes, changed while it goes; what that does is said before it is done. */
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
  const sets = useSetTitles();
  const [draft, setDraft] = useState<PolicyDraft>(() => policyDraftOf(campaign.policy));
  const faults = faultsOf(draft);
  const next = faults.size ? campaign.policy : policyOf(draft, campaign.policy);
  const changes = differences(campaign.policy, next, sets);
  const [said, setSaid] = useState({ title: campaign.title, purpose: campaign.purpose });
  const reworded = said.title.trim() !== campaign.title || said.purpose.trim() !== campaign.purpose;
  const body = reworded ? { ...next, ...said } : next;
  const path = { id: campaign.id };
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
  return (
    <div className="aos-stack">
      <Panel title={campaign.title}>
        <Words said={said} change={(change) => setSaid((old) => ({ ...old, ...change }))} />
        <How
          step={{ draft, faults, change: (change) => setDraft((old) => ({ ...old, ...change })) }}
          settled={campaign.state !== "draft" && campaign.state !== "planned"}
        />
      </Panel>
      <Panel title={w.change.what}>
        <div className="aos-stack">
          {reworded ? <p>{w.change.reworded}</p> : null}
          {reworded && !changes.length && !faults.size ? null : (
            <Changes changes={changes} wrong={faults.size > 0} />
          )}
          {changes.length ? changeWill(campaign).map((sentence) => <p key={sentence}>{sentence}</p>) : null}
          {theirs ? <Theirs before={campaign.policy} now={theirs.policy} sets={sets} /> : null}
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

interface Said {
  title: string;
  purpose: string;
}

/** What it is called and what it is for: no part of the plan. */
function Words({ said, change }: { said: Said; change: (change: Partial<Said>) => void }) {
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      <FormGroup label={w.wizard.titleField} fieldId="campaign-title" isRequired>
        <TextInput
          id="campaign-title"
          value={said.title}
          onChange={(_event, title) => change({ title })}
          maxLength={200}
          isRequired
        />
      </FormGroup>
      <FormGroup label={w.purpose} fieldId="campaign-purpose">
        <TextArea
          id="campaign-purpose"
          value={said.purpose}
          onChange={(_event, purpose) => change({ purpose })}
          maxLength={4000}
          resizeOrientation="vertical"
        />
      </FormGroup>
    </Form>
  );
}

function Changes({ changes, wrong }: { changes: [string, string, string][]; wrong: boolean }) {
  if (wrong) return <p className="aos-quiet">{w.change.wrong}</p>;
  if (!changes.length) return <p className="aos-quiet">{w.change.nothing}</p>;
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

function Theirs({ before, now, sets }: { before: Policy; now: Policy; sets: ReadonlyMap<string, string> }) {
  return <Meanwhile fields={differences(before, now, sets)} />;
}
