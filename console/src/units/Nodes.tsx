import { Button, Form, FormGroup, Label, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { bytes } from "../parts/format";
import { Moment } from "../parts/Moment";
import { SmallTable } from "../parts/SmallTable";
import { useMay } from "../session/me";
import { words } from "../words/en";
import type { UnitDetail } from "./queries";

const w = words.units;
const d = words.unitDeeds;
type Node = UnitDetail["nodes"][number];

/** Nodes as they were reported, whether somebody paused them, and the way to do that. */
export function Nodes({ unit }: { unit: UnitDetail }) {
  const may = useMay();
  const [chosen, setChosen] = useState<Node>();
  const deeds = unit.status === "provisioned" && may("unit_nodes_pause") && may("unit_nodes_resume");
  return (
    <>
      <SmallTable
        label={w.nodes}
        rows={unit.nodes}
        id={(node) => node.name}
        none={w.noNodes}
        columns={[
          {
            title: w.node,
            cell: (node) => (
              <span className="aos-row">
                {node.title || node.name}
                {node.main ? <Label isCompact>{w.main}</Label> : null}
              </span>
            ),
          },
          { title: w.type, cell: (node) => node.type },
          { title: w.nodeState, cell: (node) => <NodeState node={node} /> },
          { title: w.dmips, cell: (node) => (node.max_dmips ? node.max_dmips.toLocaleString("en") : "–") },
          { title: w.ram, cell: (node) => (node.total_ram === null ? "–" : bytes(node.total_ram)) },
          ...(deeds ? [{ title: w.actions, cell: (node: Node) => <PauseButton node={node} onOpen={setChosen} /> }] : []),
        ]}
      />
      {chosen ? <Pausing unit={unit} node={chosen} onClose={() => setChosen(undefined)} /> : null}
    </>
  );
}

function NodeState({ node }: { node: Node }) {
  const said = [node.state, node.connected ? w.connected : w.notConnected].filter(Boolean).join(", ");
  if (node.paused_at === null) return said;
  return (
    <div className="aos-stack-tight">
      <span className="aos-row">
        {said} <Label isCompact variant="outline" color="orange">{d.shallPause}</Label>
      </span>
      <span className="aos-words">
        {node.paused_reason} <span className="aos-quiet"><Moment at={node.paused_at} /></span>
      </span>
    </div>
  );
}

function PauseButton({ node, onOpen }: { node: Node; onOpen: (node: Node) => void }) {
  const title = node.paused_at === null ? d.pause : d.resume;
  return (
    <Button variant="link" isInline aria-label={`${title} ${node.title || node.name}`} onClick={() => onOpen(node)}>
      {title}
    </Button>
  );
}

/** Pauses a node, or lets it go on. */
function Pausing({ unit, node, onClose }: { unit: UnitDetail; node: Node; onClose: () => void }) {
  const [pauses] = useState(node.paused_at === null);
  const [reason, setReason] = useState("");
  const params = { path: { id: unit.id, node: node.name } };
  const online = unit.online_status === "Online";
  const running = unit.instances.filter((one) => one.node === node.name && one.actual_version !== null).length;
  const name = node.title || node.name;
  return (
    <Deed
      title={`${pauses ? d.pause : d.resume} ${name}`}
      action={pauses ? d.pause : d.resume}
      danger={pauses}
      disabled={pauses && !reason.trim()}
      will={
        pauses ? (
          <>
            <p className="aos-words">{d.pauseWill(name, running, online)}</p>
            <Form>
              <FormGroup label={d.pauseReason} fieldId="pause-reason" isRequired>
                <TextInput id="pause-reason" value={reason} maxLength={200} placeholder={d.pauseReasonSuch} onChange={(_event, typed) => setReason(typed)} />
              </FormGroup>
            </Form>
          </>
        ) : (
          d.resumeWill(name, online)
        )
      }
      run={() =>
        pauses
          ? got(client.POST("/api/v11/units/{id}/nodes/{node}/pause/", { params, body: { reason } }))
          : got(client.POST("/api/v11/units/{id}/nodes/{node}/resume/", { params }))
      }
      touches={["units"]}
      onClose={onClose}
    />
  );
}
