import type { LinkProps } from "@tanstack/react-router";

const PAGES = {
  campaign_waves: "/campaigns/$id",
  campaigns: "/campaigns/$id",
  deployment_bundles: "/bundles/$id",
  fleets: "/fleets/$id",
  subjects: "/subjects/$id",
  target_systems: "/target-systems/$id",
  unit_sets: "/sets/$id",
  units: "/units/$id",
  verification_batches: "/verification/$id",
} as const;

/** Where that is which somebody did something with; nowhere, once it is gone. */
export function placeOf(operation: string, target: string): LinkProps | undefined {
  const verb = operation.slice(operation.lastIndexOf("_") + 1);
  const noun = Object.keys(PAGES).find((each) => operation.startsWith(`${each}_`)) as keyof typeof PAGES | undefined;
  const [id] = target.split(" "); // what follows is what else was in it
  return noun && id && verb !== "delete" ? { to: PAGES[noun], params: { id } } : undefined;
}
