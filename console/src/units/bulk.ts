import { client, got } from "../api/client";
import type { Unit } from "./queries";

export type Deed =
  | { kind: "label"; name: string; value: string }
  | { kind: "move"; fleet: string }
  | { kind: "renew" };

/** What became of each: those that refused, with their reasons. */
export interface Outcome {
  done: number;
  refused: { unit: Unit; why: string }[];
}

async function one(unit: Unit, deed: Deed): Promise<unknown> {
  const path = { id: unit.id };
  switch (deed.kind) {
    case "label":
      return got(
        client.PUT("/api/v11/units/{id}/labels/", { params: { path }, body: { set: { [deed.name]: deed.value }, remove: [] } }),
      );
    case "move":
      return got(client.PUT("/api/v11/units/{id}/fleet/", { params: { path }, body: { fleet_id: deed.fleet } }));
    case "renew":
      return got(client.POST("/api/v11/units/{id}/renew-certificates/", { params: { path }, body: { cert_types: [] } }));
  }
}

/** One after the other, so that a hundred Units are no storm; a refusal stops no other. */
export async function toEach(
  units: Unit[],
  deed: Deed,
  told: (done: number) => void,
  work: (unit: Unit, deed: Deed) => Promise<unknown> = one,
): Promise<Outcome> {
  const outcome: Outcome = { done: 0, refused: [] };
  for (const unit of units) {
    try {
      await work(unit, deed);
      outcome.done += 1;
    } catch (error) {
      outcome.refused.push({ unit, why: error instanceof Error ? error.message : String(error) });
    }
    told(outcome.done + outcome.refused.length);
  }
  return outcome;
}
