/** A campaign's plan, what became of it, and the record of both. */
const count = (number: number) => `${number.toLocaleString("en")} ${number === 1 ? "Unit" : "Units"}`;

export const campaignPlan = {
  title: "The plan",
  again: "Plan it",
  digest: "Digest",
  sentence: (units: number, number: number) =>
    `${count(units)} will get it in ${number} ${number === 1 ? "wave" : "waves"}.`,
  nobody: "Nobody will get it.",
  members: "Get it",
  satisfied: "Have it already",
  offline: "Offline now",
  offlineOf: (offline: number, tooLong: number) =>
    tooLong ? `${offline.toLocaleString("en")}, ${tooLong.toLocaleString("en")} of them for so long that they would be left out` : offline.toLocaleString("en"),
  noWayBack: "Could not go back",
  downloads: "To download",
  platforms: "Platforms",
  platform: (platform: string, units: number, size: string) => `${platform}: ${count(units)}, ${size}`,
  takes: "Takes about",
  begins: "Begins not before",
  unknown: "not known",
  measured: "Measured on",
  measuredOf: (updates: number, failures: number, results: number) =>
    `${updates.toLocaleString("en")} ${updates === 1 ? "update" : "updates"}; ${failures.toLocaleString("en")} of ${results.toLocaleString("en")} results failed`,
  unmeasured: "no update yet",
  leftOut: "Left out",
  nobodyLeftOut: "Nobody is left out.",
  stale: "Plan it to see who is in which wave, who is left out and why. Nothing moves.",
  working: "Working the plan out",
  drawnUp: "Drawn up",
  wasToBe: "What was to be",
  beforeAfter: "Before and after",
  show: "Show",
  everybody: "Everybody",
  onlyNoWayBack: "Who could not go back",
  onlyOffline: "Who is offline",
  nobodyOfThem: "None of them.",
  change: "Change",
  changeOf: (item: string, before: string, after: string) => `${item}: ${before} → ${after}`,
  nothing: "none",
  wayBack: "Way back",
  yes: "yes",
  offlineSince: "Offline since",
};

export const causes = {
  lifecycle: "Lifecycle",
  intent: "Intent",
  dependency: "Dependency",
  conflict: "Another campaign",
  hardware: "Hardware",
  storage: "Storage",
  ram: "Memory",
  way_back: "No way back",
  "": "",
};

export const campaignBeside = {
  title: "Plan and result",
  planned: "Planned",
  joined: "Joined later",
  have: "Have it",
  failed: "Failed",
  gone: "Left or left out",
  bytes: "Fetched / planned",
  took: "Took / expected",
  changed: "It was changed after this plan was drawn up.",
  notBack: (units: number) => `${count(units)} did not go back to what ${units === 1 ? "it" : "they"} ran before.`,
};

export const dossier = {
  title: "Dossier",
  what: "One signed record: purpose, plan, who approved, what every Unit had before and after, and what happened when.",
  json: "Download as JSON",
  pdf: "Download as PDF",
  how: "Judge it without a cloud:",
  command: "aos dossier verify FILE --root root.pem",
};

const runs = (number: number) => `${number.toLocaleString("en")} ${number === 1 ? "run" : "runs"}`;

export const campaignRehearsal = {
  title: "Rehearsal",
  what: "Plays this plan 100 times with simulated Units, by the rules that will run it. Nothing moves. They wait for their windows. Going back, preconditions, alerts and what people do meanwhile are not played.",
  failing: "Units that fail (percent)",
  takes: "An update takes (minutes)",
  recorded: "Empty: what was recorded of your last campaigns.",
  play: "Rehearse it",
  stop: "Stop",
  played: (done: number, all: number) => `${done} of ${runs(all)} played`,
  runs,
  ends: (completed: number, halted: number, all: number) =>
    `${completed} of ${runs(all)} ${all === 1 ? "goes" : "go"} to the end, ${halted} ${halted === 1 ? "halts" : "halt"}.`,
  open: (number: number) => `${runs(number)} did not end within a year.`,
  done: "When it is done",
  doneOf: (tenth: string, half: string, most: string) =>
    `After ${half} in half of the runs that go to the end; ${tenth} in a tenth, ${most} in nine tenths.`,
  touched: "Units that were offered it before a halt",
  touchedOf: (tenth: string, half: string, most: string) =>
    `At most ${half} in half of the runs that halt; ${tenth} in a tenth, ${most} in nine tenths.`,
  fromTo: (from: string, to: string) => `${from} to ${to}`,
  from: "Played with:",
  failingOf: (share: string, results: number) =>
    `${share} fail, ${results ? `seen in ${results.toLocaleString("en")} ${results === 1 ? "result" : "results"}` : "as you said"}`,
  takesOf: (span: string, updates: number) =>
    `an update takes about ${span}, ${updates ? `seen in ${updates.toLocaleString("en")} ${updates === 1 ? "update" : "updates"}` : "as you said"}`,
  awayOf: (units: number, span: string) =>
    `${count(units)} away${span ? ` for ${span} by now, and as long again` : ""}`,
};
