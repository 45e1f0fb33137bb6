import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, got } from "../api/client";
import { itemNamesQuery } from "../items/queries";
import { bytes } from "../parts/format";
import { Deed } from "../parts/Deed";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { statesQuery, type KeptState, type Subject } from "./queries";

const w = words.subjects;

/** State that follows a user: what is kept, to be downloaded or thrown away. */
export function States({ subject }: { subject: Subject }) {
  const may = useMay();
  const states = useQuery(statesQuery(subject.id));
  const items = useQuery({ ...itemNamesQuery, enabled: may("items_list") });
  const [resetting, setResetting] = useState<KeptState>();
  const named = (state: KeptState) => items.data?.get(state.item_id) ?? state.item_id;
  const address = (state: KeptState) =>
    `/api/v11/subjects/${encodeURIComponent(subject.id)}/states/${encodeURIComponent(state.id)}/`;
  return (
    <Panel title={w.states}>
      <p className="aos-quiet">{w.statesHow}</p>
      <Shown query={states} lines={3}>
        {({ items: kept }) => (
          <SmallTable
            label={w.states}
            rows={kept}
            id={(state) => state.id}
            none={w.noStates}
            columns={[
              { title: words.units.instance, cell: (state) => <span className="aos-words">{`${named(state)} #${state.instance}`}</span> },
              { title: w.size, cell: (state) => (state.is_default ? <span className="aos-quiet">{w.byDefault}</span> : bytes(state.size_bytes)) },
              { title: w.reported, cell: (state) => <Moment at={state.reported_at} /> },
              {
                title: words.units.actions,
                cell: (state) =>
                  state.is_default ? null : (
                    <span className="aos-row">
                      {may("subject_states_read") ? (
                        <a
                          href={address(state)}
                          download={`${named(state)}-${state.instance}.state`}
                          aria-label={w.downloadOf(named(state), state.instance)}
                        >
                          {w.download}
                        </a>
                      ) : null}
                      {may("subject_states_reset") ? (
                        <Button variant="link" isInline isDanger onClick={() => setResetting(state)}>{w.reset}</Button>
                      ) : null}
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Shown>
      {resetting ? (
        <Deed
          title={w.reset}
          danger
          will={w.resetWill(named(resetting), resetting.instance)}
          run={() =>
            got(
              client.DELETE("/api/v11/subjects/{id}/states/{state_id}/", {
                params: { path: { id: subject.id, state_id: resetting.id } },
              }),
            )
          }
          touches={["subjects", "units"]}
          onClose={() => setResetting(undefined)}
        />
      ) : null}
    </Panel>
  );
}
