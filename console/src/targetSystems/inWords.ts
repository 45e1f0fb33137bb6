import { bytes } from "../parts/format";
import { words } from "../words/en";
import { SHARES } from "./draft";
import type { NodeKind, TargetSystem } from "./queries";

const w = words.targetSystems;

export function sharesInWords(node: NodeKind): string {
  return SHARES.flatMap((of) => {
    const value = node.resource_ratios?.[of];
    return value === null || value === undefined ? [] : [`${w.shares[of].replace(" %", "")} ${value} %`];
  }).join(", ");
}

/** Each alert of a node type as a sentence. */
export function alertsInWords(node: Pick<NodeKind, "alert_rules">): string[] {
  const rules = node.alert_rules;
  const percent = (value: number) => `${value} %`;
  const rows = [
    { name: "CPU", rule: rules?.cpu, unit: percent },
    { name: "RAM", rule: rules?.ram, unit: percent },
    ...(rules?.partitions ?? []).map((rule) => ({ name: rule.name, rule, unit: percent })),
    { name: "download", rule: rules?.download, unit: bytes },
    { name: "upload", rule: rules?.upload, unit: bytes },
  ];
  return rows.flatMap(({ name, rule, unit }) =>
    rule ? [w.rule(name, unit(rule.max_threshold), unit(rule.min_threshold), rule.min_timeout_s ?? 0)] : [],
  );
}

export function nodeInWords(node: NodeKind): string {
  return [node.type, sharesInWords(node), (node.labels ?? []).join(", "), ...alertsInWords(node)].filter(Boolean).join(": ");
}

export function limitsInWords(limits: TargetSystem["limits"]): string {
  const said = [
    [w.limitItems, limits.items],
    [w.limitInstances, limits.instances],
    [w.limitSubjects, limits.subjects],
  ] as const;
  return said.flatMap(([name, value]) => (value === null || value === undefined ? [] : [`${name} ${value}`])).join(", ");
}
