/** The audit trail. */
export const audit = {
  title: "Audit trail",
  at: "When",
  who: "Who",
  what: "What",
  target: "To what",
  outcome: "Outcome",
  request: "Request",
  none: "Nothing is written down yet",
  noneHow: "Each change by a person leaves a line here.",
  operation: "Operation is",
};
