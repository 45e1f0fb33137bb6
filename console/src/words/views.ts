/** The words of saved views. */
export const views = {
  title: "Views",
  saved: "Saved in this browser",
  save: "Save this view",
  how: "The filters and the order as they are now. To share a view, share its address.",
  name: "Name",
  keep: "Save",
  cancel: "Cancel",
  forget: (name: string) => `Forget ${name}`,
};
