import type { UnitsSearch } from "./search";

/** A table as somebody wants to see it again. */
export interface View {
  name: string;
  search: UnitsSearch;
}

const MOST = 30;

/** With this view, in place of one of the same name; without a page, which would be another one tomorrow. */
export function withView(views: View[], view: View): View[] {
  const search = { ...view.search };
  delete search.page;
  return [...without(views, view.name), { ...view, search }]
    .sort((one, other) => one.name.localeCompare(other.name, "en"))
    .slice(0, MOST);
}

export function without(views: View[], name: string): View[] {
  return views.filter((view) => view.name !== name);
}
