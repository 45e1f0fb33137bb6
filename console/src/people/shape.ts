import type { Schemas } from "../api/client";
import type { Role } from "./roles";
import type { User } from "./queries";

/** What somebody wants a user to be. `groups` undefined: the role's own. */
export interface Shape {
  role: Role;
  email: string;
  fleets: string[];
  groups: string[] | undefined;
  permissions: string[];
}

export function shapeOf(user: User, own: string): Shape {
  const groups = user.permission_groups;
  return {
    role: user.role as Role,
    email: user.email,
    fleets: user.fleet_ids,
    groups: groups.length === 1 && groups[0] === own ? undefined : groups,
    permissions: user.permissions,
  };
}

/** As the API takes it: only a fleet owner has fleets. */
export function bodyOf(shape: Shape): Schemas["UserBody"] {
  return {
    role: shape.role,
    email: shape.email.trim(),
    fleet_ids: shape.role === "fleet owner" ? shape.fleets : [],
    permission_groups: shape.groups ?? null,
    permissions: shape.permissions,
  };
}

/** Whether it is worth asking for. */
export function whole(shape: Shape): boolean {
  return shape.role !== "fleet owner" || shape.fleets.length > 0;
}
