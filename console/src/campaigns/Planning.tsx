import { Button, ExpandableSection } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { Choice } from "../parts/Choice";
import { Said } from "../parts/Confirm";
import { bytes } from "../parts/format";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { PlanFacts } from "./PlanFacts";
import { PLANNED_SHOWN, planKey, plannedQuery, planQuery, type Campaign, type PlannedFilter } from "./queries";

const w = words.campaigns;
const FILTERS: { value: PlannedFilter; title: string }[] = [
  { value: "no_way_back", title: w.plan.onlyNoWayBack },
  { value: "offline", title: w.plan.onlyOffline },
];

/** The plan, as it is kept: what will be or, once it has begun, what was to be. */
export function Planning({ campaign, sets }: { campaign: Campaign; sets: ReadonlyMap<string, string> }) {
  const cache = useQueryClient();
  const may = useMay();
  const once = useOnce();
  const before = campaign.state === "draft" || campaign.state === "planned";
  const kept = campaign.plan_digest !== "" && may("campaigns_plan_read");
  const found = useQuery({ ...planQuery(campaign.id), enabled: kept });
  const plan = useMutation({
    mutationFn: () =>
      once((header) =>
        client.POST("/api/v11/campaigns/{id}/plan/", { params: { path: { id: campaign.id }, header } }),
      ),
    onSuccess: (made) => cache.setQueryData(planKey(campaign.id), made),
    onSettled: () =>
      Promise.all([["campaigns"], ["planned", campaign.id]].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  });
  const again =
    before && may("campaigns_plan") ? (
      <Button variant="secondary" isLoading={plan.isPending} isDisabled={plan.isPending} onClick={() => plan.mutate()}>
        {w.plan.again}
      </Button>
    ) : null;
  if (!before && !kept) return null;
  const facts = (
    <Shown query={found} lines={6}>
      {(drawn) => (
        <div className="aos-stack">
          <p className="aos-quiet">
            {w.plan.drawnUp} <Moment at={drawn.planned_at} />
          </p>
          <PlanFacts plan={drawn} sets={sets} />
          {may("campaign_plan_members_list") ? <Planned id={campaign.id} /> : null}
        </div>
      )}
    </Shown>
  );
  return (
    <Panel title={w.plan.title} beside={again}>
      {plan.error ? <Said error={plan.error} /> : null}
      {!kept ? (
        <p className="aos-quiet">{w.plan.stale}</p>
      ) : before ? (
        facts
      ) : (
        <ExpandableSection toggleText={w.plan.wasToBe}>{facts}</ExpandableSection>
      )}
    </Panel>
  );
}

/** What each Unit has before and after; those that cannot go back are found first. */
function Planned({ id }: { id: string }) {
  const [only, setOnly] = useState<PlannedFilter>();
  const planned = useQuery(plannedQuery(id, only));
  return (
    <div className="aos-stack">
      <div className="aos-row">
        <h3>{w.plan.beforeAfter}</h3>
        <Choice label={w.plan.show} any={w.plan.everybody} value={only} options={FILTERS} onChoose={setOnly} />
      </div>
      <Shown query={planned} lines={4}>
        {({ items, total }) => (
          <>
            <SmallTable
              label={w.plan.beforeAfter}
              rows={items}
              id={(each) => each.unit_id}
              none={w.plan.nobodyOfThem}
              columns={[
                {
                  title: w.unit,
                  cell: (each) => (
                    <Link to="/units/$id" params={{ id: each.system_uid }} className="aos-name aos-short">{each.system_uid}</Link>
                  ),
                },
                { title: w.wave, cell: (each) => each.wave + 1 },
                {
                  title: w.plan.change,
                  cell: (each) => (
                    <span className="aos-words">
                      {each.items.map((item) => w.plan.changeOf(item.codename, item.before ?? w.plan.nothing, item.after)).join(", ")}
                    </span>
                  ),
                },
                { title: w.plan.downloads, cell: (each) => bytes(each.download_bytes) },
                { title: w.plan.wayBack, cell: (each) => <span className="aos-words">{each.no_way_back ?? w.plan.yes}</span> },
                { title: w.plan.offlineSince, cell: (each) => (each.offline_since ? <Moment at={each.offline_since} ago /> : null) },
              ]}
            />
            {total > PLANNED_SHOWN ? <p className="aos-quiet">{w.exclusionsMore(total - items.length)}</p> : null}
          </>
        )}
      </Shown>
    </div>
  );
}
