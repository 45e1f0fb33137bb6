import type { NodeKind, TargetSystem } from "./queries";

export const SHARES = ["cpu", "ram", "storage", "state"] as const;
export const ALERTS = ["cpu", "ram"] as const;
export const LIMITS = { items: 64, instances: 256, subjects: 64 } as const;

export type Share = (typeof SHARES)[number];
export type Alert = (typeof ALERTS)[number];
export type Limit = keyof typeof LIMITS;

export interface RuleDraft {
  max: string;
  min: string;
  lasts: string;
}

/** A node type as somebody types it; what the form does not have stays in `old`. */
export interface NodeDraft {
  type: string;
  labels: string;
  priority: string;
  shares: Record<Share, string>;
  alerts: Record<Alert, RuleDraft>;
  old: NodeKind | undefined;
}

export interface Draft {
  title: string;
  limits: Record<Limit, string>;
  nodes: NodeDraft[];
}

const typed = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
const number = (text: string) => (text.trim() === "" ? null : Number(text));

export function emptyNode(): NodeDraft {
  const rule = { max: "", min: "", lasts: "" };
  return {
    type: "",
    labels: "",
    priority: "",
    shares: { cpu: "", ram: "", storage: "", state: "" },
    alerts: { cpu: { ...rule }, ram: { ...rule } },
    old: undefined,
  };
}

function nodeDraft(node: NodeKind): NodeDraft {
  const rule = (of: Alert): RuleDraft => {
    const found = node.alert_rules?.[of];
    return { max: typed(found?.max_threshold), min: typed(found?.min_threshold), lasts: typed(found?.min_timeout_s || null) };
  };
  const share = (of: Share) => typed(node.resource_ratios?.[of]);
  return {
    type: node.type,
    labels: (node.labels ?? []).join(", "),
    priority: typed(node.priority || null),
    shares: { cpu: share("cpu"), ram: share("ram"), storage: share("storage"), state: share("state") },
    alerts: { cpu: rule("cpu"), ram: rule("ram") },
    old: node,
  };
}

export function draftOf(system: TargetSystem | undefined): Draft {
  return {
    title: system?.title ?? "",
    limits: {
      items: typed(system?.limits.items),
      instances: typed(system?.limits.instances),
      subjects: typed(system?.limits.subjects),
    },
    nodes: system?.nodes.map(nodeDraft) ?? [],
  };
}

/** The node type as the API takes it: without a figure nothing is said of it. */
export function nodeSaid(draft: NodeDraft): NodeKind {
  const shares = Object.fromEntries(SHARES.map((of) => [of, number(draft.shares[of])]));
  const rule = ({ max, min, lasts }: RuleDraft) =>
    max.trim() === "" && min.trim() === ""
      ? null
      : { max_threshold: Number(max), min_threshold: Number(min), min_timeout_s: Number(lasts || 0) };
  const alerts = { ...draft.old?.alert_rules, cpu: rule(draft.alerts.cpu), ram: rule(draft.alerts.ram) };
  const some = alerts.cpu ?? alerts.ram ?? alerts.download ?? alerts.upload ?? alerts.partitions?.length;
  return {
    type: draft.type.trim(),
    labels: draft.labels.split(",").map((each) => each.trim()).filter(Boolean),
    priority: Number(draft.priority || 0),
    resource_ratios: Object.values(shares).some((value) => value !== null) ? shares : null,
    alert_rules: some ? { partitions: [], ...alerts } : null,
  };
}

export function said(draft: Draft) {
  return {
    title: draft.title.trim(),
    limits: {
      items: number(draft.limits.items),
      instances: number(draft.limits.instances),
      subjects: number(draft.limits.subjects),
    },
    nodes: draft.nodes.map(nodeSaid),
  };
}

/** Whether the form can be sent; what the figures may be the API says. */
export function complete(draft: Draft): boolean {
  const figures = draft.nodes.flatMap((node) => [
    ...Object.values(node.shares),
    ...Object.values(node.alerts).flatMap((rule) => [rule.max, rule.min, rule.lasts]),
    node.priority,
  ]);
  const fine = [...figures, ...Object.values(draft.limits)].every((text) => Number.isFinite(Number(text)));
  return draft.title.trim() !== "" && fine && draft.nodes.every((node) => node.type.trim() !== "");
}
