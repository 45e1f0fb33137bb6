import { span } from "../parts/format";
import { words } from "../words/en";
import type { Configuration } from "./queries";

const w = words.configuration;
type Fact = [string, string];

/** Each limit that there is, with its unit. */
export function quotasInWords(quotas: Configuration["quotas"]): Fact[] {
  const said: [string, number | null, (value: number) => string][] = [
    [w.cpu, quotas.cpu_dmips, (value) => w.most(w.cpuOf(value))],
    [w.ram, quotas.ram_bytes, w.mostBytes],
    [w.storage, quotas.storage_bytes, w.mostBytes],
    [w.state, quotas.state_bytes, w.mostBytes],
    [w.tmp, quotas.tmp_bytes, w.mostBytes],
    [w.uploadSpeed, quotas.upload_bits_per_s, w.speed],
    [w.downloadSpeed, quotas.download_bits_per_s, w.speed],
    [w.upload, quotas.upload_bytes, w.mostBytes],
    [w.download, quotas.download_bytes, w.mostBytes],
    [w.files, quotas.open_files, w.mostCount],
    [w.processes, quotas.processes, w.mostCount],
  ];
  return said.flatMap(([name, value, form]): Fact[] => (value === null ? [] : [[name, form(value)]]));
}

/** How one tells that an instance is healthy. */
export function healthInWords(check: Configuration["health_check"]): string {
  if (!check) return w.noHealth;
  const asks = {
    http: () => w.asks.http(check.port, check.path),
    tcp: () => w.asks.tcp(check.port),
    exec: () => w.asks.exec(check.command.join(" ")),
  }[check.type]();
  const parts = [asks, w.every(span(check.interval_s), span(check.timeout_s))];
  if (check.start_period_s) parts.push(w.firstAfter(span(check.start_period_s)));
  return [...parts, w.unhealthy(check.retries)].join("; ");
}

/** What becomes of instances that end. */
export function startsInWords(starts: Configuration["starts"]): string {
  const within = starts.start_interval_s === null ? "" : span(starts.start_interval_s);
  return [
    starts.start_burst === null ? "" : w.givenUp(starts.start_burst, within),
    starts.restart_interval_s === null ? "" : w.again(span(starts.restart_interval_s)),
  ]
    .filter(Boolean)
    .join(", ");
}

/** `camera0 (read)`. */
export function withMode(name: string, mode: string): string {
  return `${name} (${w.modes[mode] ?? mode})`;
}
