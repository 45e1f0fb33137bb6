import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NavigateOptions } from "@tanstack/react-router";
import { client, got } from "../api/client";
import type { words } from "../words/en";
import type { Entry } from "./nav";

/** Something to go to. */
export interface Find {
  key: string;
  group: keyof typeof words.palette.groups;
  title: string;
  link: NavigateOptions;
}

const EACH = 6;
const CALM_MS = 30_000;

export function pagesNamed(typed: string, entries: Entry[]): Find[] {
  const part = typed.trim().toLowerCase();
  return entries
    .filter((entry) => entry.title.toLowerCase().includes(part))
    .map((entry) => ({ key: entry.to, group: "pages", title: entry.title, link: { to: entry.to } }));
}

interface Query {
  search: string;
  limit: number;
}

async function found<T extends { id: string }>(
  group: Find["group"],
  asked: Promise<{ items: T[] }>,
  title: (thing: T) => string,
  link: (thing: T) => NavigateOptions,
): Promise<Find[]> {
  const page = await asked;
  return page.items.map((thing) => ({ key: thing.id, group, title: title(thing), link: link(thing) }));
}

/** What to ask of each noun, with the operation that it needs. */
const ASKED: [string, (query: Query) => Promise<Find[]>][] = [
  [
    "units_list",
    (query) =>
      found("units", got(client.GET("/api/v11/units/", { params: { query } })), (unit) => unit.system_uid, (unit) => ({
        to: "/units/$id",
        params: { id: unit.system_uid },
      })),
  ],
  [
    "fleets_list",
    (query) =>
      found("fleets", got(client.GET("/api/v11/fleets/", { params: { query } })), (fleet) => fleet.title, (fleet) => ({
        to: "/fleets/$id",
        params: { id: fleet.id },
      })),
  ],
  [
    "unit_sets_list",
    (query) =>
      found("sets", got(client.GET("/api/v11/unit-sets/", { params: { query } })), (set) => set.title, (set) => ({
        to: "/sets/$id",
        params: { id: set.id },
      })),
  ],
  [
    "subjects_list",
    (query) =>
      found("subjects", got(client.GET("/api/v11/subjects/", { params: { query } })), (one) => one.title, (one) => ({
        to: "/subjects/$id",
        params: { id: one.id },
      })),
  ],
  [
    "items_list",
    (query) =>
      found("items", got(client.GET("/api/v11/items/", { params: { query } })), (item) => item.codename, (item) => ({
        to: "/items/$id",
        params: { id: item.id },
      })),
  ],
  [
    "users_list",
    (query) =>
      found("people", got(client.GET("/api/v11/users/", { params: { query } })), (user) => user.username, (user) => ({
        to: "/people/$id",
        params: { id: user.id },
      })),
  ],
  [
    "campaigns_list",
    (query) =>
      found("campaigns", got(client.GET("/api/v11/campaigns/", { params: { query } })), (one) => one.title, (one) => ({
        to: "/campaigns/$id",
        params: { id: one.id },
      })),
  ],
];

/** What has this in its name, of everything that the person may see; what cannot be asked now is left out. */
export function foundQuery(part: string, may: (operation: string) => boolean) {
  return queryOptions({
    queryKey: ["found", part],
    enabled: part !== "",
    placeholderData: keepPreviousData,
    staleTime: CALM_MS,
    queryFn: async (): Promise<Find[]> => {
      const query = { search: part, limit: EACH };
      const asked = ASKED.filter(([operation]) => may(operation)).map(([, ask]) => ask(query));
      const answers = await Promise.allSettled(asked);
      return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    },
  });
}
