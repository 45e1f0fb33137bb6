"""Users, organizations, invitations and API tokens: the rules."""

from typing import Any

import msgspec
import pytest

from aosedge.cloud.domain import api_tokens, invitations
from aosedge.cloud.domain.access.callers import Role
from aosedge.cloud.domain.access.operations import ALWAYS, effective_permissions
from aosedge.cloud.domain.api_tokens import ApiToken, checked_scopes
from aosedge.cloud.domain.invitations import Invitation, check_redeemable
from aosedge.cloud.domain.organizations import Organization, changeable, in_use
from aosedge.cloud.domain.people import Certificate, User, check_fleets, checked_email, checked_username, not_oneself
from aosedge.model.errors import Conflict, Invalid, NotAllowed
from aosedge.model.ids import FleetId, InvitationId, OrgId, TokenId, UserId
from aosedge.model.instants import DAY, HOUR, MINUTE, Instant

NOW = Instant(1_800_000_000_000_000)
USER = User(UserId("u"), OrgId("o"), "oem", "ann", NOW)
INVITATION = Invitation(InvitationId("i"), USER.id, "oem", "hash", NOW, Instant(NOW + HOUR), UserId("boss"))
TOKEN = ApiToken(TokenId("t"), USER.id, "ci", "hash", ("units_read",), NOW, Instant(NOW + DAY))


def test_a_certificate_opens_a_door_while_it_is_active_and_until_its_end() -> None:
    certificate = Certificate("AB", "user", USER.id, "user", "print", Instant(NOW + HOUR), NOW, "pem")
    assert certificate.good(NOW)
    assert not certificate.good(Instant(NOW + HOUR))
    assert not msgspec.structs.replace(certificate, state="revoked").good(NOW)


@pytest.mark.parametrize("name", ["ann", "ann@example.org", "a" * 64, "0-a_b+c.d"])
def test_user_names_that_are_taken(name: str) -> None:
    assert checked_username(name) == name


@pytest.mark.parametrize("name", ["", "a" * 65, "-a", "a b", "a\n", "ä", "a/b", "CN=x,O=y"])
def test_user_names_that_are_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_username(name)
    assert refused.value.element == "username"


def test_an_address_is_one_or_nothing() -> None:
    assert checked_email("") == ""
    assert checked_email("a@b.example") == "a@b.example"
    for wrong in ("a", "a@", "a@b@c", "a @b", "a@b\x00"):
        with pytest.raises(Invalid):
            checked_email(wrong)


@pytest.mark.parametrize("role", ["oem", "sp", "admin", "auditor"])
def test_a_fleet_owner_has_fleets_and_nobody_else(role: Role) -> None:
    fleets = frozenset((FleetId("f"),))
    check_fleets("fleet_owner", fleets)
    check_fleets(role, frozenset())
    for wrong, its in (("fleet_owner", frozenset[FleetId]()), (role, fleets)):
        with pytest.raises(Invalid, match="fleet"):
            check_fleets(wrong, its)  # type: ignore[arg-type]


def test_a_user_as_caller_may_what_they_were_given_and_a_token_part_of_it() -> None:
    assert USER.person().permissions == frozenset(effective_permissions("oem"))
    assert USER.person(frozenset(("units_read", "organizations_create"))).permissions == {"units_read"} | ALWAYS
    fewer = msgspec.structs.replace(USER, groups=(), permissions=("fleets_read",))
    assert fewer.person(frozenset(("units_read",))).permissions == ALWAYS


def test_nobody_changes_their_own_account() -> None:
    with pytest.raises(Conflict):
        not_oneself(USER.person(), USER)
    not_oneself(USER.person(), msgspec.structs.replace(USER, id=UserId("v")))


def test_the_installations_own_organization_stays() -> None:
    mine = Organization(OrgId("o"), "oem", "O", NOW)
    assert changeable(mine) is mine
    with pytest.raises(Conflict):
        changeable(msgspec.structs.replace(mine, kind="platform"))


def test_what_is_in_use_is_refused_with_what_uses_it() -> None:
    in_use("fleet", ((0, "Units"),), "move them")
    with pytest.raises(Conflict) as refused:
        in_use("fleet", ((2, "Units"), (0, "users"), (1, "sets")), "move them")
    assert (refused.value.got, refused.value.cure) == ("2 Units, 1 sets", "move them")


@pytest.mark.parametrize(
    ("changes", "after", "state"),
    [
        ({}, 0, "open"),
        ({}, HOUR - 1, "open"),
        ({}, HOUR, "expired"),
        ({"withdrawn": True}, 2 * HOUR, "withdrawn"),
        ({"used_at": NOW, "withdrawn": True}, 2 * HOUR, "used"),
    ],
)
def test_an_invitation_is_open_until_it_is_used_withdrawn_or_expired(
    changes: dict[str, Any], after: int, state: str
) -> None:
    invitation = msgspec.structs.replace(INVITATION, **changes)
    assert invitation.state(Instant(NOW + after)) == state
    if state != "open":
        with pytest.raises(NotAllowed, match="token"):
            check_redeemable(invitation, USER, organization_active=True, role=None, now=Instant(NOW + after))


def test_a_token_is_for_one_role_and_an_account_that_is_in_force() -> None:
    def check(user: User = USER, role: Role | None = None, *, active: bool = True) -> None:
        check_redeemable(INVITATION, user, organization_active=active, role=role, now=NOW)

    check()
    check(role="oem")
    with pytest.raises(NotAllowed, match="another role"):
        check(role="admin")
    with pytest.raises(NotAllowed, match="another role"):
        check(msgspec.structs.replace(USER, role="auditor"))
    with pytest.raises(NotAllowed, match="suspended"):
        check(msgspec.structs.replace(USER, active=False))
    with pytest.raises(NotAllowed, match="suspended"):
        check(active=False)


def test_times_have_bounds() -> None:
    assert invitations.expiry(NOW, 2) == NOW + 2 * HOUR
    assert api_tokens.expiry(NOW, 2) == NOW + 2 * DAY
    for expiry, most in ((invitations.expiry, invitations.HOURS_MOST), (api_tokens.expiry, api_tokens.DAYS_MOST)):
        expiry(NOW, most)
        for wrong in (0, -1, most + 1):
            with pytest.raises(Invalid):
                expiry(NOW, wrong)


def test_an_api_token_ends_and_its_use_is_noted_to_the_minute() -> None:
    assert TOKEN.good(Instant(NOW + DAY - 1))
    assert not TOKEN.good(Instant(NOW + DAY))
    assert TOKEN.to_touch(NOW)
    used = msgspec.structs.replace(TOKEN, last_used_at=NOW)
    assert not used.to_touch(Instant(NOW + MINUTE - 1))
    assert used.to_touch(Instant(NOW + MINUTE))


def test_a_token_can_do_no_more_than_whoever_makes_it() -> None:
    maker = USER.person(frozenset(("units_read", "api_tokens_create")))
    assert checked_scopes(maker, ("units_read", "units_read")) == ("units_read",)
    with pytest.raises(Invalid):
        checked_scopes(maker, ())
    for wrong in ("units_delete", "no_such_thing"):
        with pytest.raises(NotAllowed) as refused:
            checked_scopes(maker, ("units_read", wrong))
        assert refused.value.got == wrong
