"""The five roles, how people read them on the wire, and the permission group each stands for."""

from typing import Final, get_args

from aosedge.cloud.domain.access.callers import Role
from aosedge.cloud.domain.organizations import OrgKind
from aosedge.model.errors import Invalid

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

ROLES_OF: Final[dict[OrgKind, frozenset[Role]]] = {
    "platform": frozenset(("admin", "auditor")),
    "oem": frozenset(("oem", "fleet_owner", "auditor")),
    "sp": frozenset(("sp", "auditor")),
}
"""Which roles the users of an organization may have."""

MANAGES: Final[dict[Role, frozenset[Role]]] = {
    "admin": frozenset(("admin", "oem", "fleet_owner", "sp", "auditor")),
    "oem": frozenset(("oem", "fleet_owner", "auditor")),
    "sp": frozenset(("sp", "auditor")),
    "fleet_owner": frozenset(),
    "auditor": frozenset(),
}
"""Whose users each role makes and manages."""


def role_named(words: str) -> Role:
    """The role by its name here or on the wire (`service provider`); raises Invalid."""
    for role, wire in WIRE_NAMES.items():
        if words in (role, wire):
            return role
    raise Invalid("no such role", element="role", expected=", ".join(WIRE_NAMES.values()), got=words[:40])
