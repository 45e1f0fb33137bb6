/** Alerts that a Unit raised. */
export const unitAlerts = {
  title: "Alerts",
  none: "It raised none, as far as is kept.",
  at: "At",
  severity: "Severity",
  of: "Of",
  says: "It says",
  download: "Download",
  core: "AosCore",
  system: "Node",
  node: (what: string, node: string) => (node ? `${what} ${node}` : what),
  instance: (codename: string, version: string, number: number) =>
    `${[codename, version].filter(Boolean).join(" ")}, instance ${number}`,
};
