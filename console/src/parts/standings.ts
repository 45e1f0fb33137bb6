import type { Schemas } from "../api/client";

export type Deployment = Schemas["UnitView"]["deployment"];
export type Connectivity = Schemas["UnitView"]["online_status"];

export const DEPLOYMENTS: Deployment[] = ["in_sync", "updating", "blocked", "degraded", "failed", "unknown"];
export const CONNECTIVITIES: Connectivity[] = ["Online", "Connected", "Offline"];
