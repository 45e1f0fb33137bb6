import type { Version } from "./queries";

/** An item in the graph of what is needed; `id` is null for one that is not there. */
export interface Node {
  key: string;
  id: string | null;
  codename: string;
  version: string;
}

export interface Edge {
  from: string;
  to: string;
  versions: string;
}

export interface Needs {
  nodes: Node[];
  edges: Edge[];
  /** More is needed than is drawn. */
  cut: boolean;
}

const NODES_MOST = 40;

/** What a version needs, and what that needs: `newest` tells an item's newest version, item by item. */
export async function needsOf(
  item: { id: string; codename: string },
  version: Version,
  newest: (id: string) => Promise<Version | undefined>,
): Promise<Needs> {
  const nodes = new Map<string, Node>([[item.id, { key: item.id, id: item.id, codename: item.codename, version: version.version }]]);
  const edges: Edge[] = [];
  let cut = false;
  let wave: [string, Version][] = [[item.id, version]];
  while (wave.length) {
    const next: string[] = [];
    for (const [from, each] of wave) {
      for (const need of each.dependencies) {
        const key = need.item_id ?? `${need.type} ${need.codename}`;
        if (!nodes.has(key)) {
          if (nodes.size >= NODES_MOST) {
            cut = true;
            continue;
          }
          nodes.set(key, { key, id: need.item_id, codename: need.codename, version: "" });
          if (need.item_id) next.push(need.item_id);
        }
        edges.push({ from, to: key, versions: need.versions });
      }
    }
    const found = await Promise.all(next.map(async (id): Promise<[string, Version | undefined]> => [id, await newest(id)]));
    wave = found.flatMap(([id, each]): [string, Version][] => {
      const node = nodes.get(id);
      if (node) node.version = each?.version ?? "";
      return each ? [[id, each]] : [];
    });
  }
  return { nodes: [...nodes.values()], edges, cut };
}
