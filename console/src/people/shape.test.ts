import { describe, expect, it } from "vitest";
import { bodyOf, shapeOf, whole } from "./shape";
import type { User } from "./queries";

const owner: User = {
  id: "1",
  username: "bob",
  email: "",
  role: "fleet owner",
  organization_id: "2",
  active: true,
  fleet_ids: ["north"],
  permission_groups: ["fleet_owner_management"],
  permissions: [],
  effective_permissions: [],
  created_at: "",
};

describe("what a user should be", () => {
  it("goes there and back unchanged", () => {
    expect(bodyOf(shapeOf(owner, "fleet_owner_management"))).toEqual({
      role: "fleet owner",
      email: "",
      fleet_ids: ["north"],
      permission_groups: null,
      permissions: [],
    });
  });
  it("has fleets with a fleet owner alone", () => {
    const shape = shapeOf(owner, "fleet_owner_management");
    expect(bodyOf({ ...shape, role: "auditor" }).fleet_ids).toEqual([]);
    expect([whole(shape), whole({ ...shape, fleets: [] }), whole({ ...shape, role: "auditor", fleets: [] })]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
