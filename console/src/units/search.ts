import { CONNECTIVITIES, DEPLOYMENTS, type Connectivity, type Deployment } from "../parts/standings";
import { listSearch, oneOf, text, windowOf, type ListSearch } from "../parts/list";

export const LIFECYCLES = ["new", "provisioned", "deprovisioned"] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

/** Which Units: what the address of the table says. */
export interface UnitsSearch extends ListSearch {
  name?: string;
  fleet?: string;
  deployment?: Deployment;
  online?: Connectivity;
  lifecycle?: Lifecycle;
  selector?: string;
  clone?: true;
}

export function unitsSearch(raw: Record<string, unknown>): UnitsSearch {
  return {
    ...listSearch(raw),
    name: text(raw.name),
    fleet: text(raw.fleet),
    deployment: oneOf(raw.deployment, DEPLOYMENTS),
    online: oneOf(raw.online, CONNECTIVITIES),
    lifecycle: oneOf(raw.lifecycle, LIFECYCLES),
    selector: text(raw.selector),
    clone: raw.clone === true ? true : undefined,
  };
}

/** The same, as the API takes it. */
export function unitsAsked(search: UnitsSearch) {
  return {
    ...windowOf(search, "system_uid"),
    search: search.name,
    fleet_id: search.fleet,
    deployment: search.deployment,
    online_status: search.online,
    status: search.lifecycle,
    selector: search.selector,
    clone: search.clone,
  };
}
