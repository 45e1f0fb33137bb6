import { Graph, layout } from "@dagrejs/dagre";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { items as w } from "../words/items";
import type { Needs, Node } from "./graph";
import "./graph.css";

const WIDE = 190;
const HIGH = 54;
const LETTERS = 22;

/** The graph drawn: what needs stands left of what it needs. */
export function NeedsGraph({ needs }: { needs: Needs }) {
  const drawn = useMemo(() => placed(needs), [needs]);
  return (
    <div className="aos-scroll" tabIndex={0} role="region" aria-label={w.needs}>
      <svg width={drawn.width} height={drawn.height} viewBox={`0 0 ${drawn.width} ${drawn.height}`} className="aos-graph">
        <defs>
          <marker id="aos-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        {drawn.edges.map((edge) => (
          <g key={`${edge.from} ${edge.to}`}>
            <polyline points={edge.points} markerEnd="url(#aos-arrow)" />
            <text x={edge.x} y={edge.y - 5} textAnchor="middle" className="aos-graph-range">
              {cut(edge.versions, 14)}
            </text>
          </g>
        ))}
        {drawn.nodes.map((node) => (
          <Box key={node.key} node={node} />
        ))}
      </svg>
    </div>
  );
}

function Box({ node }: { node: Node & { x: number; y: number } }) {
  const navigate = useNavigate();
  const inside = (
    <>
      {[...node.codename].length > LETTERS ? <title>{node.codename}</title> : null}
      <rect x={node.x - WIDE / 2} y={node.y - HIGH / 2} width={WIDE} height={HIGH} rx="6" />
      <text x={node.x} y={node.y - 4} textAnchor="middle">
        {cut(node.codename, LETTERS)}{" "}
      </text>
      <text x={node.x} y={node.y + 15} textAnchor="middle" className="aos-graph-range">
        {node.id ? node.version : w.notThere}
      </text>
    </>
  );
  if (!node.id) return <g className="aos-graph-missing">{inside}</g>;
  const id = node.id;
  return (
    <a
      href={`/items/${id}`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        void navigate({ to: "/items/$id", params: { id } });
      }}
    >
      {inside}
    </a>
  );
}

function cut(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

function placed(needs: Needs) {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 24, ranksep: 110, marginx: 4, marginy: 14 });
  graph.setDefaultEdgeLabel(() => ({}));
  needs.nodes.forEach((node) => graph.setNode(node.key, { width: WIDE, height: HIGH }));
  needs.edges.forEach((edge) => graph.setEdge(edge.from, edge.to));
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(size.width ?? WIDE),
    height: Math.ceil(size.height ?? HIGH),
    nodes: needs.nodes.map((node) => {
      const { x, y } = graph.node(node.key) as { x: number; y: number };
      return { ...node, x, y };
    }),
    edges: needs.edges.map((edge) => {
      const { points } = graph.edge(edge.from, edge.to) as { points: { x: number; y: number }[] };
      const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
      return { ...edge, ...middle, points: points.map((point) => `${point.x},${point.y}`).join(" ") };
    }),
  };
}
