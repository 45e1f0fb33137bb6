import { units } from "./counting";

/** The words of the first page. */
export const overview = {
  title: "Overview",
  health: "Fleet health",
  healthOf: (count: number) => `${units(count)}, by what they are against what they should be`,
  connectivity: "Connection",
  attention: "Needs a person",
  nothing: "Nothing needs you now.",
  rejected: (count: number) => `${count} ${count === 1 ? "bundle was" : "bundles were"} rejected in the last 14 days`,
  ending: (count: number) => `${count} more ${count === 1 ? "certificate ends" : "certificates end"} within 30 days`,
  endsOn: (unit: string, type: string, at: string) =>
    `${unit}: its ${type} certificate ends ${new Date(at).toLocaleDateString("en-GB", { dateStyle: "medium" })}`,
  clones: (count: number) => `${units(count)} ${count === 1 ? "looks" : "look"} like two devices`,
  waiting: (count: number) => `${units(count)} ${count === 1 ? "waits" : "wait"} to be let in`,
  stopped: (title: string, state: string, reason: string) => `Campaign ${title}: ${state.toLowerCase()}${reason ? `, ${reason}` : ""}`,
  awaits: (bundle: string, architectures: string) => `${bundle} waits for approval for ${architectures}`,
  awaitMore: (count: number) => `${count} more ${count === 1 ? "bundle waits" : "bundles wait"} for approval`,
  failing: (count: number) => `${units(count)} failed`,
  blocked: (count: number) => `${units(count)} blocked`,
  recent: "Recent changes",
  recentNone: "Nobody changed anything yet.",
  all: "See all",
  noUnits: "No Units yet",
  noUnitsHow: "A Unit appears here when it is provisioned: aos unit provision, or aos-prov on the device's network.",
  account: "What you can do here",
  accountBody: "The menu shows everything that your role can reach.",
};
