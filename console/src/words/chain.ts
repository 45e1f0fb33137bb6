/** The chain of reasons on a Unit's page; the reasons themselves are the API's words. */
export const chain = {
  title: "Why, from intent to the last report",
  about: "About",
  whole: "The whole Unit",
  outcomes: { done: "Holds nothing up", waiting: "Goes on by itself", stopped: "Needs somebody" },
  next: "Next:",
  until: "until",
  rule: "Rule:",
  open: {
    campaign: "See the campaign",
    item: "See the item",
    instance: "See the item",
    subject: "See the subject",
  },
};
