import type { Schemas } from "../api/client";

export const ROLES = ["oem", "fleet owner", "service provider", "admin", "auditor"] as const;
export type Role = (typeof ROLES)[number];

const OF_KIND: Record<Schemas["OrganizationView"]["kind"], Role[]> = {
  oem: ["oem", "fleet owner", "auditor"],
  sp: ["service provider", "auditor"],
  platform: ["admin", "auditor"],
};

/** The roles that users of an organization of this kind may have; the cloud has the last word. */
export function rolesOf(kind: Schemas["OrganizationView"]["kind"] | undefined): Role[] {
  return kind === undefined ? [] : OF_KIND[kind];
}

export const GROUP_OF: Record<Role, string> = {
  oem: "oem_management",
  "fleet owner": "fleet_owner_management",
  "service provider": "sp_management",
  admin: "admin_management",
  auditor: "audit",
};
