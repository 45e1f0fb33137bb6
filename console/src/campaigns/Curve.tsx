import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../frame/theme";
import { words } from "../words/en";
import type { Wave } from "./queries";

const HEIGHT = 240;
const names = words.campaigns.curveNames;

interface Props {
  points: Wave["points"];
  lower: number;
  upper: number;
  label: string;
}

function dataOf(points: Wave["points"], lower: number, upper: number): uPlot.AlignedData {
  const xs = [0, ...points.map((point) => point.results)];
  return [xs, [0, ...points.map((point) => point.value)], xs.map(() => lower), xs.map(() => upper)];
}

/** A token's colour as the canvas needs it. */
function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--pf-t--global--${token}`).trim();
}

function options(width: number): uPlot.Options {
  const line = { stroke: colour("text--color--subtle"), grid: { stroke: colour("border--color--default"), width: 1 } };
  const bound = { width: 2, dash: [6, 4], points: { show: false } };
  const figure = (_plot: uPlot, value: number | null) => (value === null ? "" : value.toFixed(2));
  return {
    width,
    height: HEIGHT,
    scales: { x: { time: false } },
    axes: [{ ...line, label: names.results, labelSize: 22, incrs: [1, 2, 5, 10, 50, 100, 500, 1000, 10_000] }, line],
    legend: { live: false },
    cursor: { drag: { x: false, y: false } },
    series: [
      { label: names.results },
      { label: names.value, stroke: colour("text--color--brand--default"), width: 2, value: figure },
      { ...bound, label: names.lower, stroke: colour("color--status--success--default"), value: figure },
      { ...bound, label: names.upper, stroke: colour("color--status--danger--default"), value: figure },
    ],
  };
}

/** A line that grows; new points move it and draw nothing anew. */
export default function Curve({ points, lower, upper, label }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const theme = useTheme();
  const data = dataOf(points, lower, upper);
  const newest = useRef(data);
  useEffect(() => {
    newest.current = data;
    plot.current?.setData(data);
  });
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(options(element.clientWidth), newest.current, element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [theme]);
  return <div ref={place} className="aos-curve" role="img" aria-label={label} />;
}
