import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { useMay } from "../session/me";
import { setsQuery, type UnitSet } from "../sets/queries";

const ALL_SETS = 200;
const NONE: UnitSet[] = [];

export type SetTitle = Pick<UnitSet, "id" | "title">;

/** The Unit Sets that one sees. */
export function useSets(): UnitSet[] {
  const may = useMay();
  const sets = useQuery({ ...setsQuery({ per: ALL_SETS }), enabled: may("unit_sets_list") });
  return sets.data?.items ?? NONE;
}

/** Their titles by id. */
export function useSetTitles(): ReadonlyMap<string, string> {
  const sets = useSets();
  return useMemo(() => new Map(sets.map((set) => [set.id, set.title])), [sets]);
}

/** Those and the titles of fleets, by id. */
export function useTitles(): ReadonlyMap<string, string> {
  const may = useMay();
  const sets = useSetTitles();
  const { data: fleets } = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  return useMemo(() => new Map([...sets, ...(fleets ?? [])]), [sets, fleets]);
}
