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
  pause: "Pause",
  resume: "Resume",
  shallPause: "paused by somebody",
  pauseReason: "Why",
  pauseReasonSuch: "for whoever wonders what has stopped",
  pauseWill: (node: string, running: number, online: boolean) =>
    `${running ? (running === 1 ? "The instance that runs" : `All ${running} instances that run`) : "Whatever runs"} on ${node} ${running > 1 ? "stop" : "stops"} ${online ? "now" : "when the Unit comes"}, and nothing starts there until somebody resumes it. Updates are fetched meanwhile and wait; campaigns hold the Unit.`,
  resumeWill: (node: string, online: boolean) =>
    `What is wanted on ${node} starts again ${online ? "now" : "when the Unit comes"}, and updates that waited go on.`,
};
