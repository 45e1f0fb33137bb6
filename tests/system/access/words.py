"""Who and what there is: organizations, the words that betray whose something is, and who asks.

Every id, title and name that the world has is spelled with the word of where it belongs, so that a word in an answer
or a row says whose it is. An organization itself, its people and its things have words of their own, since those who
are tied by a grant see the first and nothing of the others.
"""

from typing import Final

import msgspec

OEMS: Final = {"alpha": ("north", "south"), "beta": ("field",)}
"""With their fleets."""
PROVIDERS: Final = ("one", "two", "three")
GRANTS: Final = {("alpha", "one"), ("alpha", "three"), ("beta", "two"), ("beta", "three")}
"""Nothing of `three` is assigned in `alpha`."""
ORGANIZATIONS: Final = ("platform", *OEMS, *PROVIDERS, "asleep")
"""`asleep` is a suspended Service Provider."""


def word(place: str) -> str:
    """What names of this place have in them, and nothing else."""
    return f"xq{place}qx"


def org_word(org: str) -> str:
    """The organization itself."""
    return word(f"org{org}")


def staff_word(org: str) -> str:
    """Its people, and what lets them in."""
    return word(f"staff{org}")


def tied(org: str) -> set[str]:
    """The organizations that a grant ties to this one."""
    return {sp for oem, sp in GRANTS if oem == org} | {oem for oem, sp in GRANTS if sp == org}


class Identity(msgspec.Struct, frozen=True):
    """Somebody who asks: the user of this name, or somebody whom nobody lets in (`role` is empty)."""

    name: str
    role: str = ""
    org: str = ""
    fleets: tuple[str, ...] = ()
    user: str = ""
    """The name of the user, where several identities are one user's."""
    permissions: frozenset[str] | None = None
    """None is all that the table gives the role."""

    @property
    def user_name(self) -> str:
        return self.user or self.name


NARROW: Final = frozenset(("fleets_list", "fleets_read", "units_delete", "users_me_read"))
"""What the narrow token may, beside what every token may."""
DEPUTY: Final = frozenset(("users_create", "users_delete", "users_list", "users_suspend", "users_update"))
DEPUTY |= {"api_tokens_create", "api_tokens_delete", "invitations_create", "user_certificates_revoke"}
"""What a user of few permissions may, who manages others: never those who have more."""

IDENTITIES: Final = {
    identity.name: identity
    for identity in (
        Identity("anonymous"),
        Identity("garbage token"),
        Identity("expired token"),
        Identity("token of a suspended user"),
        Identity("revoked certificate"),
        Identity("expired certificate"),
        Identity("certificate of another key"),
        Identity("suspended user"),
        Identity("expired session"),
        Identity("user of a suspended organization"),
        Identity("unit"),
        Identity("unit of beta"),
        Identity("admin", "admin", "platform"),
        Identity("platform auditor", "auditor", "platform"),
        Identity("alpha oem", "oem", "alpha"),
        Identity("alpha narrow token", "oem", "alpha", user="alpha oem", permissions=NARROW),
        Identity("alpha session", "oem", "alpha", user="alpha oem"),
        Identity("alpha forged session", "oem", "alpha", user="alpha oem"),
        Identity("alpha deputy", "oem", "alpha", permissions=DEPUTY),
        Identity("alpha north owner", "fleet_owner", "alpha", ("north",)),
        Identity("alpha south owner", "fleet_owner", "alpha", ("south",)),
        Identity("alpha auditor", "auditor", "alpha"),
        Identity("beta oem", "oem", "beta"),
        Identity("beta owner", "fleet_owner", "beta", ("field",)),
        Identity("beta auditor", "auditor", "beta"),
        Identity("one sp", "sp", "one"),
        Identity("one auditor", "auditor", "one"),
        Identity("two sp", "sp", "two"),
    )
}


def forbidden(identity: Identity) -> frozenset[str]:
    """The words that no answer to this identity may have, and no row that it changes."""
    every = {place for fleets in OEMS.values() for place in fleets} | set(ORGANIZATIONS)
    words = {word(place) for place in every} | {make(org) for org in ORGANIZATIONS for make in (org_word, staff_word)}
    if not identity.role:
        return frozenset(words)
    mine, own_fleets = identity.org, OEMS.get(identity.org, ())
    allowed = {word(mine), org_word(mine), staff_word(mine), *(org_word(org) for org in tied(mine))}
    allowed |= {word(fleet) for fleet in (identity.fleets or own_fleets)}
    allowed |= {word(sp) for oem, sp in GRANTS if oem == mine}  # the granted items
    if identity.role == "admin":  # people and organizations everywhere, and of fleets the id
        allowed |= {make(org) for org in ORGANIZATIONS for make in (org_word, staff_word)}
        allowed |= {word(fleet) for fleets in OEMS.values() for fleet in fleets}
    return frozenset(words - allowed)
