import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NavigateOptions } from "@tanstack/react-router";
import { client, got } from "../api/client";
import type { Entry } from "./nav";

/** Something to go to. */
export interface Find {
  key: string;
  group: "pages" | "units" | "fleets" | "items";
  title: string;
  link: NavigateOptions;
}

const EACH = 6;

export function pagesNamed(typed: string, entries: Entry[]): Find[] {
  const part = typed.trim().toLowerCase();
  return entries
    .filter((entry) => entry.title.toLowerCase().includes(part))
    .map((entry) => ({ key: entry.to, group: "pages", title: entry.title, link: { to: entry.to } }));
}

/** What has this in its name, of everything that the person may see. */
export function foundQuery(part: string, may: (operation: string) => boolean) {
  return queryOptions({
    queryKey: ["found", part],
    enabled: part !== "",
    placeholderData: keepPreviousData,
    queryFn: async (): Promise<Find[]> => {
      const query = { search: part, limit: EACH };
      const [units, fleets, items] = await Promise.all([
        may("units_list") ? got(client.GET("/api/v11/units/", { params: { query } })) : undefined,
        may("fleets_list") ? got(client.GET("/api/v11/fleets/", { params: { query } })) : undefined,
        may("items_list") ? got(client.GET("/api/v11/items/", { params: { query } })) : undefined,
      ]);
      return [
        ...(units?.items ?? []).map((unit): Find => ({
          key: unit.id,
          group: "units",
          title: unit.system_uid,
          link: { to: "/units/$id", params: { id: unit.system_uid } },
        })),
        ...(fleets?.items ?? []).map((fleet): Find => ({
          key: fleet.id,
          group: "fleets",
          title: fleet.title,
          link: { to: "/units", search: { fleet: fleet.id } },
        })),
        ...(items?.items ?? []).map((item): Find => ({
          key: item.id,
          group: "items",
          title: item.codename,
          link: { to: "/items/$id", params: { id: item.id } },
        })),
      ];
    },
  });
}
