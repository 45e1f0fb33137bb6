import { Button, Form, FormFieldGroup, FormFieldGroupHeader, FormGroup, TextInput } from "@patternfly/react-core";
import { words } from "../words/en";
import { ALERTS, emptyNode, LIMITS, SHARES, type Draft, type Limit, type NodeDraft } from "./draft";

const w = words.targetSystems;
const LIMIT_WORDS: Record<Limit, string> = { items: w.limitItems, instances: w.limitInstances, subjects: w.limitSubjects };

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

/** What a kind of hardware is, to be filled in. */
export function TargetSystemForm({ draft, onChange }: Props) {
  const put = (index: number, node: NodeDraft) =>
    onChange({ ...draft, nodes: draft.nodes.map((old, place) => (place === index ? node : old)) });
  return (
    <Form>
      <FormGroup label={w.field} fieldId="system-title" isRequired>
        <TextInput id="system-title" value={draft.title} onChange={(_event, title) => onChange({ ...draft, title })} isRequired />
      </FormGroup>
      <fieldset className="aos-fields">
        <legend>{w.limits}</legend>
        {(Object.keys(LIMITS) as Limit[]).map((of) => (
          <Figure
            key={of}
            id={`limit-${of}`}
            label={LIMIT_WORDS[of]}
            placeholder={w.most(LIMITS[of])}
            value={draft.limits[of]}
            onChange={(text) => onChange({ ...draft, limits: { ...draft.limits, [of]: text } })}
          />
        ))}
      </fieldset>
      {draft.nodes.map((node, index) => (
        <FormFieldGroup
          key={index}
          header={
            <FormFieldGroupHeader
              titleText={{ text: w.nodeNumber(index + 1), id: `node-${index}` }}
              actions={
                <Button
                  variant="link"
                  isInline
                  isDanger
                  onClick={() => onChange({ ...draft, nodes: draft.nodes.filter((_node, place) => place !== index) })}
                >
                  {w.removeNode}
                </Button>
              }
            />
          }
        >
          <NodeFields index={index} node={node} onChange={(changed) => put(index, changed)} />
        </FormFieldGroup>
      ))}
      <div>
        <Button variant="secondary" onClick={() => onChange({ ...draft, nodes: [...draft.nodes, emptyNode()] })}>
          {w.addNode}
        </Button>
      </div>
    </Form>
  );
}

function NodeFields({ index, node, onChange }: { index: number; node: NodeDraft; onChange: (node: NodeDraft) => void }) {
  const more = node.old?.alert_rules;
  return (
    <>
      <FormGroup label={w.node} fieldId={`node-${index}-type`} isRequired>
        <TextInput id={`node-${index}-type`} value={node.type} onChange={(_event, type) => onChange({ ...node, type })} isRequired />
      </FormGroup>
      <FormGroup label={`${w.labels} (${w.labelsHow})`} fieldId={`node-${index}-labels`}>
        <TextInput id={`node-${index}-labels`} value={node.labels} onChange={(_event, labels) => onChange({ ...node, labels })} />
      </FormGroup>
      <fieldset className="aos-fields">
        <legend>{w.share}</legend>
        {SHARES.map((of) => (
          <Figure
            key={of}
            id={`node-${index}-${of}`}
            label={w.shares[of]}
            value={node.shares[of]}
            onChange={(text) => onChange({ ...node, shares: { ...node.shares, [of]: text } })}
          />
        ))}
      </fieldset>
      {ALERTS.map((of) => (
        <fieldset key={of} className="aos-fields">
          <legend>{w.alertOf[of]}</legend>
          {(["max", "min", "lasts"] as const).map((part) => (
            <Figure
              key={part}
              id={`node-${index}-${of}-${part}`}
              label={w.alertFields[part]}
              value={node.alerts[of][part]}
              onChange={(text) => onChange({ ...node, alerts: { ...node.alerts, [of]: { ...node.alerts[of], [part]: text } } })}
            />
          ))}
        </fieldset>
      ))}
      {more?.partitions?.length || more?.download || more?.upload ? <p className="aos-quiet">{w.kept}</p> : null}
      <Figure id={`node-${index}-priority`} label={w.priority} value={node.priority} onChange={(priority) => onChange({ ...node, priority })} />
    </>
  );
}

interface FigureProps {
  id: string;
  label: string;
  value: string;
  placeholder?: string;
  onChange: (text: string) => void;
}

function Figure({ id, label, value, placeholder, onChange }: FigureProps) {
  return (
    <FormGroup label={label} fieldId={id}>
      <TextInput
        id={id}
        inputMode="decimal"
        value={value}
        placeholder={placeholder}
        validated={Number.isFinite(Number(value)) ? "default" : "error"}
        onChange={(_event, text) => onChange(text)}
      />
    </FormGroup>
  );
}
