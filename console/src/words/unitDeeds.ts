/** What can be done to one Unit. */
export const unitDeeds = {
  labels: "Change labels",
  labelsHow: "Sets that select by labels follow at once.",
  label: "Label",
  value: "Value",
  add: "Add a label",
  remove: "Remove",
  removeOf: (name: string) => `Remove the label ${name}`,
  revoke: "Revoke all certificates",
  revokeWill: (unit: string) =>
    `No certificate of ${unit} opens a door any more: it is cut off within a minute, and what runs on it goes on without the cloud. It comes back only when somebody lets it in again.`,
};
