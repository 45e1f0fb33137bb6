import { Button, FormGroup, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, type Answer } from "../api/client";
import { useOnce, type Once } from "../api/once";
import { Confirm } from "../parts/Confirm";
import { useMay } from "../session/me";
import { Unverified } from "../verification/Unverified";
import { words } from "../words/en";
import type { Campaign } from "./queries";
import { FORWARD, GRAVE, isChangeable, verbsOf, willOf, type Verb } from "./verbs";

const w = words.campaigns;
const REASONED: ReadonlySet<Verb> = new Set(["pause", "resume", "override", "halt", "cancel", "roll_back"]);

function say(once: Once, verb: Verb, campaign: Campaign, reason: string): Promise<Campaign | undefined> {
  return once((header): Promise<Answer<Campaign | undefined>> => {
    const params = { path: { id: campaign.id }, header };
    const why = { params, body: { reason } };
    switch (verb) {
      case "start":
        return client.POST("/api/v11/campaigns/{id}/start/", { params, body: {} });
      case "approve":
        return client.POST("/api/v11/campaigns/{id}/approve/", { params, body: { digest: campaign.plan_digest } });
      case "pause":
        return client.POST("/api/v11/campaigns/{id}/pause/", why);
      case "resume":
        return client.POST("/api/v11/campaigns/{id}/resume/", why);
      case "override":
        return client.POST("/api/v11/campaigns/{id}/override/", why);
      case "halt":
        return client.POST("/api/v11/campaigns/{id}/halt/", why);
      case "cancel":
        return client.POST("/api/v11/campaigns/{id}/cancel/", why);
      case "roll_back":
        return client.POST("/api/v11/campaigns/{id}/roll-back/", why);
      case "retry":
        return client.POST("/api/v11/campaigns/{id}/retry-failed/", { params });
      case "pass":
        return client.POST("/api/v11/campaigns/{id}/pass-wave/", { params });
      case "delete":
        return client.DELETE("/api/v11/campaigns/{id}/", { params });
    }
  });
}

/** What one can tell the campaign now; each says what it will do before it does it. */
export function Verbs({ campaign }: { campaign: Campaign }) {
  const may = useMay();
  const [verb, setVerb] = useState<Verb>();
  const verbs = verbsOf(campaign, may);
  return (
    <span className="aos-row">
      {verbs.map((each) => (
        <Button
          key={each}
          variant={FORWARD.has(each) && campaign.state !== "halted" ? "primary" : "secondary"}
          isDanger={GRAVE.has(each)}
          onClick={() => setVerb(each)}
        >
          {w.verbs[each]}
        </Button>
      ))}
      {may("campaigns_update") && isChangeable(campaign) ? (
        <Button
          variant="secondary"
          component={(props) => <Link {...props} to="/campaigns/$id/change" params={{ id: campaign.id }} />}
        >
          {w.change.title}
        </Button>
      ) : null}
      {verb ? <Saying verb={verb} campaign={campaign} onClose={() => setVerb(undefined)} /> : null}
    </span>
  );
}

function Saying({ verb, campaign, onClose }: { verb: Verb; campaign: Campaign; onClose: () => void }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const once = useOnce();
  const needed = campaign.state === "halted" && (verb === "resume" || verb === "override");
  const told = useMutation({
    mutationFn: () => say(once, verb, campaign, reason),
    onSuccess: (after) => {
      onClose();
      if (after) cache.setQueryData(["campaigns", "one", campaign.id], after);
      else void navigate({ to: "/campaigns" });
      void cache.invalidateQueries({ queryKey: ["campaigns", after ? "members" : "list"] });
      void cache.invalidateQueries({ queryKey: ["audit"] });
    },
  });
  return (
    <Confirm
      title={w.verbs[verb]}
      action={w.verbs[verb]}
      danger={GRAVE.has(verb)}
      busy={told.isPending}
      disabled={needed && !reason.trim()}
      error={told.error}
      onConfirm={() => told.mutate()}
      onClose={onClose}
    >
      <p>{willOf(verb, campaign)}</p>
      <Unverified error={told.error} bundle={campaign.bundle_id} />
      {REASONED.has(verb) ? (
        <FormGroup label={w.reasonField} fieldId="verb-reason" isRequired={needed}>
          <TextInput id="verb-reason" value={reason} onChange={(_event, typed) => setReason(typed)} isRequired={needed} />
          <p className="aos-quiet aos-mutter">{w.reasonNeeded}</p>
        </FormGroup>
      ) : null}
    </Confirm>
  );
}
