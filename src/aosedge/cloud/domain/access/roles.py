"""The five roles, how people read them on the wire, and the permission group each stands for."""

from typing import Final, get_args

from aosedge.cloud.domain.access.callers import Role

ROLES: Final[tuple[Role, ...]] = get_args(Role)

WIRE_NAMES: Final[dict[Role, str]] = {
    "oem": "oem",
    "fleet_owner": "fleet owner",
    "sp": "service provider",
    "admin": "admin",
    "auditor": "auditor",
}
"""`role` in `users/me/`, as AosEdge's tools compare it."""

GROUPS: Final[dict[Role, str]] = {
    "oem": "oem_management",
    "fleet_owner": "fleet_owner_management",
    "sp": "sp_management",
    "admin": "admin_management",
    "auditor": "audit",
}
