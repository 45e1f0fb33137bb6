const instances = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "instance" : "instances"}`;

/** Environment variables of a Unit's instances for a while. */
export const variables = {
  title: "Environment variables for a while",
  none: "None are set.",
  name: "Variable",
  value: "Value",
  add: "Add a variable",
  remove: "Remove",
  removeOf: (name: string) => `Remove the variable ${name}`,
  of: "Of",
  all: "all instances",
  one: (number: number) => `instance ${number}`,
  until: "Until",
  state: "State",
  states: { waiting: "waits for the Unit", applied: "in force", failed: "failed" },
  inForce: (count: number) => `in ${instances(count)}`,
  set: "Set variables",
  item: "Item",
  subject: "Subject",
  anySubject: "Any subject",
  instance: "Instance",
  lasts: "For how long",
  spans: { 0.25: "15 minutes", 1: "1 hour", 8: "8 hours", 24: "1 day", 168: "7 days", 672: "28 days" },
  setWill: (count: number, item: string, online: boolean) =>
    `${instances(count)} of ${item} ${count === 1 ? "starts" : "start"} anew with them ${online ? "now" : "when the Unit comes"}, and again without them when the time is over.`,
  secret: "Values are told to the Unit and to nobody else: not even here can they be read later.",
  takeBack: "Take back",
  takeBackOf: (name: string, item: string) => `Take back ${name} of ${item}`,
  takeBackWill: (name: string, item: string) => `Instances of ${item} that have ${name} start anew without it, now or when the Unit comes.`,
  takeAll: "Take all back",
  takeAllWill: (count: number, unit: string) =>
    `${count === 1 ? "The variable" : `All ${count} variables`} of ${unit} ${count === 1 ? "is" : "are"} taken back: instances that have one start anew without it, now or when the Unit comes.`,
};
