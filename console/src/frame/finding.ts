import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NavigateOptions } from "@tanstack/react-router";
import { client, got } from "../api/client";
import { words } from "../words/en";
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

/** How things of a noun are found: the operation that it needs, and of each thing its name and its page's id. */
interface Noun {
  needs: string;
  group: Exclude<Find["group"], "pages">;
  to: "/units/$id" | "/fleets/$id" | "/sets/$id" | "/subjects/$id" | "/target-systems/$id" | "/rxswins/$id" | "/items/$id" | "/bundles/$id" | "/verification/$id" | "/campaigns/$id" | "/people/$id" | "/organizations/$id";
  ask: (query: Query) => Promise<[title: string, id: string][]>;
}

async function named<T extends { id: string }>(
  asked: Promise<{ items: T[] }>,
  title: (thing: T) => string,
  id = (thing: T) => thing.id,
): Promise<[string, string][]> {
  return (await asked).items.map((thing) => [title(thing), id(thing)]);
}

const titled = (thing: { title: string }) => thing.title;

const NOUNS: Noun[] = [
  {
    needs: "units_list",
    group: "units",
    to: "/units/$id",
    ask: (query) =>
      named(got(client.GET("/api/v11/units/", { params: { query } })), (unit) => unit.system_uid, (unit) => unit.system_uid),
  },
  {
    needs: "fleets_list",
    group: "fleets",
    to: "/fleets/$id",
    ask: (query) => named(got(client.GET("/api/v11/fleets/", { params: { query } })), titled),
  },
  {
    needs: "unit_sets_list",
    group: "sets",
    to: "/sets/$id",
    ask: (query) => named(got(client.GET("/api/v11/unit-sets/", { params: { query } })), titled),
  },
  {
    needs: "subjects_list",
    group: "subjects",
    to: "/subjects/$id",
    ask: (query) => named(got(client.GET("/api/v11/subjects/", { params: { query } })), titled),
  },
  {
    needs: "target_systems_list",
    group: "targetSystems",
    to: "/target-systems/$id",
    ask: (query) => named(got(client.GET("/api/v11/target-systems/", { params: { query } })), titled),
  },
  {
    needs: "rxswins_list",
    group: "rxswins",
    to: "/rxswins/$id",
    ask: (query) =>
      named(
        got(client.GET("/api/v11/rxswins/", { params: { query } })),
        (one) => `${one.number}, ${words.rxswins.revisionOf(one.revision)}`,
      ),
  },
  {
    needs: "items_list",
    group: "items",
    to: "/items/$id",
    ask: (query) => named(got(client.GET("/api/v11/items/", { params: { query } })), (item) => item.codename),
  },
  {
    needs: "deployment_bundles_list",
    group: "bundles",
    to: "/bundles/$id",
    ask: (query) =>
      named(
        got(client.GET("/api/v11/deployment-bundles/", { params: { query } })),
        (bundle) => `${bundle.name}, ${words.bundles.states[bundle.state].toLowerCase()}`,
      ),
  },
  {
    needs: "verification_batches_list",
    group: "verification",
    to: "/verification/$id",
    ask: (query) =>
      named(
        got(client.GET("/api/v11/verification-batches/", { params: { query } })),
        (batch) => `${batch.bundle}, ${words.verification.states[batch.state].toLowerCase()}`,
      ),
  },
  {
    needs: "campaigns_list",
    group: "campaigns",
    to: "/campaigns/$id",
    ask: (query) => named(got(client.GET("/api/v11/campaigns/", { params: { query } })), titled),
  },
  {
    needs: "users_list",
    group: "people",
    to: "/people/$id",
    ask: (query) => named(got(client.GET("/api/v11/users/", { params: { query } })), (user) => user.username),
  },
  {
    needs: "organizations_list",
    group: "organizations",
    to: "/organizations/$id",
    ask: (query) => named(got(client.GET("/api/v11/organizations/", { params: { query } })), titled),
  },
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
      const asked = NOUNS.filter(({ needs }) => may(needs)).map(async ({ group, to, ask }) =>
        (await ask(query)).map(([title, id]): Find => ({ key: `${group} ${id}`, group, title, link: { to, params: { id } } })),
      );
      const answers = await Promise.allSettled(asked);
      return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    },
  });
}
