import { units as count } from "./counting";

/** The register of software identification numbers. */
export const rxswins = {
  title: "RXSWIN register",
  name: "Software identification number",
  number: "Number",
  revision: "Revision",
  revisionOf: (revision: number) => `revision ${revision}`,
  system: "Vehicle type",
  anySystem: "Any vehicle type",
  versions: "Stands for",
  versionsMore: (more: number) => `and ${more} more`,
  registered: "Registered",
  by: "Registered by",
  note: "Note",
  none: "No number is registered",
  noneHow: "A number is registered with exact versions: aos rxswin add NUMBER --type TYPE --item CODENAME=VERSION.",
  forGood: "Nothing of a registered number is ever changed or removed. What comes to stand for something else gets a further revision.",
  item: "Item",
  type: "Type",
  version: "Version",
  digest: "Index digest",
  check: "What Units report",
  checked: (units: number, system: string) =>
    units ? `${count(units)} of ${system} ${units === 1 ? "reports" : "report"} exactly these versions.` : `No Unit of ${system} reports exactly these versions.`,
  checkAll: (all: number, consistent: number, differ: number, silent: number) =>
    `${count(all)} of this type: ${consistent.toLocaleString("en")} as some revision registered for it says, ${differ.toLocaleString("en")} otherwise, ${silent.toLocaleString("en")} silent.`,
  differing: "Not as registered",
  differs: "Has instead",
  matches: "Matches",
  unit: "Unit",
  nothing: "nothing of what is registered",
  more: (number: number) => `and ${number.toLocaleString("en")} more`,
  revisions: "All revisions of the number",
};
