"""What the repositories do with foreign objects when a use case forgets to ask: nothing, as if they were not there.

Some doors stand behind others: no request reaches them, so the matrix cannot see whether they are closed.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError
from tests.system.access.door import Door
from tests.system.access.placing import Placed, org_id
from tests.system.access.underway import RETURN, UNITS_LEAST, made_id
from tests.system.access.words import OEMS, PROVIDERS, word

from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.campaigns.state import Campaign, Selection, Wave
from aosedge.cloud.domain.catalogue import Bundle, Item
from aosedge.cloud.domain.enrolment import EnrolmentKey
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Grant
from aosedge.cloud.domain.pages import Page
from aosedge.cloud.domain.passkeys import Passkey
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.provisioning import Registration
from aosedge.cloud.domain.renewals import Renewal
from aosedge.cloud.domain.rxswins import Rxswin
from aosedge.cloud.domain.selectors import parse_selector
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.domain.unit_variables import Variable
from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.domain.verification.state import Batch
from aosedge.cloud.domain.waiting import WaitingUnit
from aosedge.cloud.store import Session
from aosedge.model.digests import sha256
from aosedge.model.errors import AosError, NotFound
from aosedge.model.ids import BundleId, CampaignId, ItemId, NodeName, OrgId, TokenId
from aosedge.model.instants import Instant

NOW: Final = Instant(1)
Ask = Callable[[Session, Any], object]


def _taken(session: Session, id: Any) -> object:
    return session.received.take(id, "t", "alerts", "{}", NOW)  # type: ignore[arg-type]


def _renewed(session: Session, id: Any) -> object:
    return session.unit_certificates.put_renewals(id, [Renewal(id, "online", "main", "", "requested", NOW)])  # type: ignore[arg-type]


def _set_on(session: Session, id: Any) -> object:
    return session.unit_variables.put(id, [Variable(id, _NEW, _NEW, 0, "NEW", "value", NOW, NOW)])


def _let_in(session: Session, id: Any) -> object:
    return session.api_tokens.add(ApiToken(TokenId("new"), id, "new", "hash", (), NOW, NOW))


def _selected(session: Session, unit: Any) -> object:
    """A campaign of any organization that is for this Unit."""
    chosen = Selection(units=(unit,))
    named = (CampaignId("c"), "title", BundleId("b"), NOW)
    asked = (Campaign(named[0], OrgId(org_id(org)), *named[1:], selection=chosen) for org in OEMS)
    return [known for campaign in asked for known in session.campaign_candidates.of(campaign)]


def _in_campaign(session: Session, unit: Any) -> object:
    """A Unit that was moved after a campaign of its fleet had begun."""
    id = CampaignId(made_id("campaign", f"run-{word('north')}"))
    parts = (*session.campaigns.members(id).items, *session.campaigns.exclusions(id).items)
    frozen = session.campaigns.dossiers.units(id)
    back = replace(session.campaigns.get(id), waves=(Wave(RETURN, undoes=0),))
    stuck = session.campaign_results.stuck(back)[1]
    return [part for part in (*parts, *frozen, *stuck) if part.unit == unit]


def _having_items(session: Session, unit: Any) -> object:
    """A Unit that has told of the items that are assigned to it."""
    found = [session.item_units.page(ItemId(made_id("item", word(sp)))).items for sp in PROVIDERS]
    counted = [session.item_units.counts(ItemId(made_id("item", word(sp)))) for sp in PROVIDERS]
    seen = {known.id for units in found for known in units}
    if sum(each.units for of in counted for each in of) != sum(map(len, found)):
        return f"counted {counted}"
    return unit in seen and unit


def _adding(make: Callable[[Any], tuple[str, object]]) -> Ask:
    """Adding something to what has this id."""

    def ask(session: Session, id: Any) -> object:
        repository, thing = make(id)
        return getattr(session, repository).add(thing)

    return ask


_FIELD: Final[Any] = made_id("fleet", word("field"))
_NEW: Final[Any] = "new"
_KEY: Final[Any] = ("title", "hash", 1, "approve", NOW, NOW, "somebody")
ADDED: Final[tuple[Callable[[Any], tuple[str, object]], ...]] = (
    lambda org: ("fleets", Fleet(_NEW, org, "new", NOW)),
    lambda org: ("target_systems", TargetSystem(_NEW, org, "new", NOW)),
    lambda org: ("units", Unit(_NEW, org, _FIELD, _NEW, "model", NOW)),
    lambda org: ("subjects", Subject(_NEW, org, "new", "group", NOW)),
    lambda org: ("unit_sets", UnitSet(_NEW, org, _FIELD, "new", NOW)),
    lambda org: ("items", Item(_NEW, org, "new", "service", NOW, "new")),
    lambda org: ("bundles", Bundle(_NEW, org, "ready", NOW)),
    lambda org: ("assignments", Assignment(_NEW, org, made_id("subject", word("beta")), NOW, item=_NEW)),  # type: ignore[arg-type]
    lambda org: ("users", User(_NEW, org, "auditor", "new", NOW)),
    lambda org: ("grants", Grant(org, OrgId(org_id("one")), NOW)),
    lambda org: ("enrolment_keys", EnrolmentKey(_NEW, org, _FIELD, *_KEY)),
    lambda org: ("waiting_units", _waiting(org)),
    lambda org: ("rxswins", Rxswin(_NEW, org, made_id("system", word("beta")), "new", 1, (), NOW, None)),  # type: ignore[arg-type]
    lambda org: ("campaigns", Campaign(_NEW, org, "new", BundleId(made_id("bundle-item", word("beta"))), NOW)),
    lambda org: ("verification", Batch(_NEW, org, BundleId(made_id("bundle-item", word("beta"))), NOW)),
)
"""New things of an organization."""
ADDED_TO_FLEET: Final[tuple[Callable[[Any], tuple[str, object]], ...]] = (
    lambda fleet: ("unit_sets", UnitSet(_NEW, OrgId(org_id("alpha")), fleet, "new", NOW)),
    lambda fleet: (
        "campaigns",
        Campaign(
            _NEW, OrgId(org_id("alpha")), "new", BundleId(made_id("bundle-item", word("alpha"))), NOW, fleet=fleet
        ),
    ),
    lambda fleet: (
        "verification",
        Batch(_NEW, OrgId(org_id("alpha")), BundleId(made_id("bundle-item", word("alpha"))), NOW, fleet=fleet),
    ),
)
"""New things of a fleet, where the asker has that of another."""


def _waiting(org: Any) -> WaitingUnit:
    said = Registration(_NEW, "model", "1", (), ())
    return WaitingUnit(_NEW, org, _FIELD, "enrolment", _NEW, _NEW, _NEW, _NEW, said, "address", NOW, NOW)


OF_TENANT: Final[dict[str, tuple[Ask, ...]]] = {
    "organization": (
        lambda s, id: s.organizations.get(id),
        lambda s, id: s.organizations.uses(id),
        lambda s, id: s.organizations.delete(id),
        lambda s, id: s.unit_limits.get(id),
        lambda s, id: s.unit_limits.put(id, 1),
        lambda s, id: s.risk_budgets.get(id),
        lambda s, id: s.risk_budgets.put(id, 1),
        lambda s, id: s.users.page(org=id),
        lambda s, id: s.users.can_sign_in(id, NOW),
        lambda s, id: s.items.page(owner=id),
        lambda s, id: [line for line in s.audit.after(None, 1000) if line.chain == id],
        lambda s, id: s.verification.settings().criteria.units_least == UNITS_LEAST,
        lambda s, id: s.verification.since(),
        lambda s, id: [each for each in s.verification.sets() if word("field") in each],
        lambda s, id: [each for each in s.verification.systems(None) if each.id is None],
        *map(_adding, ADDED),
    ),
    "user": (
        lambda s, id: s.users.get(id),
        lambda s, id: s.users.uses(id),
        lambda s, id: s.users.delete(id),
        lambda s, id: s.certificates.page_of_users(user=id),
        lambda s, id: s.invitations.page(now=NOW, user=id),
        lambda s, id: s.api_tokens.page(user=id),
        lambda s, id: s.web_sessions.delete_all(id),
        lambda s, id: s.openid_links.count(id),
        lambda s, id: s.openid_links.forget(id),
        lambda s, id: s.passkeys.add(Passkey(_NEW, id, "new", b"key", 0, "new", "", False, NOW)),
        _let_in,
    ),
    "user certificate": (
        lambda s, id: s.certificates.of_user(id),
        lambda s, id: s.certificates.revoke_of_user(id),
    ),
    "session": (
        lambda s, id: s.web_sessions.get(id),
        lambda s, id: s.web_sessions.delete(id),
    ),
    "passkey": (
        lambda s, id: s.passkeys.get(id),
        lambda s, id: s.passkeys.rename(id, "new"),
        lambda s, id: s.passkeys.delete(id),
    ),
    "invitation": (lambda s, id: s.invitations.get(id), lambda s, id: s.invitations.withdraw(id)),
    "api token": (lambda s, id: s.api_tokens.get(id), lambda s, id: s.api_tokens.delete(id)),
    "subject": (
        lambda s, id: s.subjects.get(id),
        lambda s, id: s.subjects.rename(id, "new"),
        lambda s, id: s.subjects.delete(id),
        lambda s, id: s.subjects.mark_dirty(id),
        lambda s, id: s.subjects.units(id),
        lambda s, id: s.subjects.join(id, made_id("unit", word("north"))),  # type: ignore[arg-type]
        lambda s, id: s.service_states.page(id),
        lambda s, id: s.service_states.reset(id, "any.0"),
        lambda s, id: s.assignments.page(subject=id),
        lambda s, id: s.assignments.of_subject(id),
    ),
    "assignment": (lambda s, id: s.assignments.get(id), lambda s, id: s.assignments.delete(id)),
    "target system": (
        lambda s, id: s.target_systems.get(id),
        lambda s, id: s.target_systems.delete(id),
        lambda s, id: s.units.page(target_system=id),
        lambda s, id: s.rxswins.of(id),
        lambda s, id: list(s.rxswins.reporting(id)),
        lambda s, id: [each for each in s.verification.systems(None) if each.id == id],
    ),
    "rxswin": (lambda s, id: s.rxswins.get(id),),
    "any item": (
        lambda s, id: s.items.get(id),
        lambda s, id: s.items.describe(id, "t", "d"),
        lambda s, id: s.items.uses(id),
        lambda s, id: s.items.delete(id),
        lambda s, id: s.items.versions(id),
        lambda s, id: s.items.mark_followers_dirty([id]),
    ),
    "bundle": (
        lambda s, id: s.bundles.get(id),
        lambda s, id: s.bundles.set_state(id, "rejected"),
        lambda s, id: s.items.of_bundle(id),
        lambda s, id: s.verification.of_bundle(id),
    ),
}
OF_FLEET: Final[dict[str, tuple[Ask, ...]]] = {
    "fleet": (
        lambda s, id: s.fleets.get(id),
        lambda s, id: s.fleets.change(id, "new", ""),
        lambda s, id: s.fleets.owners(id),
        lambda s, id: s.fleets.delete(id),
        lambda s, id: s.units.page(fleet=id),
        lambda s, id: s.unit_sets.following(id),
    ),
    "unit": (
        lambda s, id: s.units.get(id),
        lambda s, id: s.units.named(id),
        lambda s, id: s.units.names([id]),
        lambda s, id: s.units.set_lifecycle(id, "deprovisioned"),
        lambda s, id: s.units.set_fleet(id, made_id("fleet", word("north"))),  # type: ignore[arg-type]
        lambda s, id: s.units.set_target_system(id, made_id("system", word("alpha"))),  # type: ignore[arg-type]
        lambda s, id: s.units.nodes(id),
        lambda s, id: s.units.put_nodes(id, []),
        lambda s, id: s.units.put_node(Node(id, NodeName("main"), title="new")),
        lambda s, id: s.units.mark_dirty([id]),
        lambda s, id: s.units.delete(id),
        lambda s, id: s.certificates.of_unit(id),
        lambda s, id: s.certificates.revoke_of_unit(id),
        lambda s, id: s.unit_certificates.renewals(id),
        lambda s, id: s.unit_certificates.secrets(id),
        lambda s, id: s.unit_certificates.put_secrets(id, {}),
        _renewed,
        _set_on,
        lambda s, id: s.unit_variables.of(id),
        _selected,
        _in_campaign,
        lambda s, id: s.labels.of(id),
        lambda s, id: s.labels.put(id, {}),
        lambda s, id: s.unit_sets.leave(id),
        lambda s, id: s.unit_sets.join(made_id("set", word("north")), id),  # type: ignore[arg-type]
        lambda s, id: s.unit_sets.part(made_id("set", word("north")), id),  # type: ignore[arg-type]
        lambda s, id: s.targets.find(id),
        lambda s, id: s.targets.desired(id),
        lambda s, id: s.targets.blobs(id, [sha256(made_id("item", word("one")).encode())]),
        lambda s, id: s.statuses.find(id),
        lambda s, id: s.statuses.actual([id]),
        lambda s, id: s.statuses.alerts(id),
        lambda s, id: s.statuses.usage(id),
        _having_items,
        lambda s, id: s.explaining.subjects(id),
        lambda s, id: [part for part in s.explaining.parts(id) if part.member or part.back or part.excluded],
        lambda s, id: s.explaining.downloads(id, Instant(0)),
        lambda s, id: s.clones.suspected([id]),
        lambda s, id: s.clones.clear(id),
        _taken,
    ),
    "campaign": (
        lambda s, id: s.campaigns.get(id),
        lambda s, id: s.campaigns.members(id),
        lambda s, id: s.campaigns.exclusions(id),
        lambda s, id: s.campaigns.reasons(id),
        lambda s, id: s.campaigns.delete(id),
    ),
    "batch": (
        lambda s, id: s.verification.get(id),
        lambda s, id: s.verification.evidence(id),
        lambda s, id: s.verification.one_evidence(id, made_id("evidence", id.split("-")[1])),
    ),
    "enrolment key": (
        lambda s, id: s.enrolment_keys.get(id),
        lambda s, id: s.enrolment_keys.use(id),
        lambda s, id: s.enrolment_keys.revoke(id),
    ),
    "waiting unit": (
        lambda s, id: s.waiting_units.get(id),
        lambda s, id: s.waiting_units.decide(id, "rejected"),
    ),
    "unit set": (
        lambda s, id: s.unit_sets.get(id),
        lambda s, id: s.unit_sets.fill(id, parse_selector("place")),
        lambda s, id: s.unit_sets.units(id),
        lambda s, id: s.unit_sets.sizes((id,))[id],
        lambda s, id: s.unit_sets.delete(id),
    ),
}


def faults(door: Door) -> Iterator[str]:
    """What gives or changes something that is foreign: of another organization, or of another fleet."""
    tenant = Scope(reach="tenant", tenant=org_id("alpha"))  # type: ignore[arg-type]
    itself = Scope(reach="own", tenant=tenant.tenant, unit=made_id("unit", word("north")))  # type: ignore[arg-type]
    fleet = Scope(reach="fleet", tenant=tenant.tenant, fleets=frozenset((made_id("fleet", word("north")),)))  # type: ignore[arg-type]
    added = {"any fleet": tuple(map(_adding, ADDED_TO_FLEET))}
    for scope, asked in ((tenant, OF_TENANT | OF_FLEET), (fleet, OF_FLEET | added), (itself, OF_FLEET)):
        for kind, asks in asked.items():
            for placed in _foreign(door.world.objects[kind], scope):
                for number, ask in enumerate(asks):
                    fault = door.run(_fault(door, scope, ask, placed.id))
                    if fault:
                        yield f"{scope.reach}: {kind} {placed.id}, question {number}: {fault}"
    yield from _seen(door)
    nobody = Scope(reach="tenant", tenant=OrgId(org_id("asleep")))
    fault = door.run(_fault(door, nobody, lambda s, id: s.verification.mark_followers(), ""))
    if fault:
        yield f"what others follow: {fault}"


UNSEEN: Final = (("two", "item", "three"), ("two", "spare-item", "two"), ("three", "item", "three"))
"""A Service Provider, and an item whose instances it may not see: of another, assigned nowhere, and where no grant
lets it."""

_OF_INSTANCES: Final[dict[str, Ask]] = {
    "instances": lambda s, id: s.deployments.page(id),
    "alerts": lambda s, id: s.item_alerts.page(id),
}


def _seen(door: Door) -> Iterator[str]:
    """What a Service Provider is shown of instances, beside its own under a grant that lets it."""
    for sp, kind, owner in (*UNSEEN, ("two", "item", "two")):
        scope, item = Scope(reach="tenant", tenant=OrgId(org_id(sp))), ItemId(made_id(kind, word(owner)))
        for asked, ask in _OF_INSTANCES.items():
            fault = door.run(_fault(door, scope, ask, item))
            if bool(fault) != ((sp, kind, owner) not in UNSEEN):
                yield f"{asked} of {kind} {owner} as {sp}: {fault or 'none'}"


def _foreign(objects: list[Placed], scope: Scope) -> Iterator[Placed]:
    for placed in objects:
        if placed.org in ("beta", "two") or (scope.reach != "tenant" and placed.fleet == "south"):
            yield placed


async def _fault(door: Door, scope: Scope, ask: Ask, id: str) -> str:
    who = Person("somebody", "oem", scope.tenant)  # type: ignore[arg-type]
    try:
        given = await door.store.write(Caller(who, "r", NOW), scope, lambda session: ask(session, id))
    except NotFound:
        given = None
    except (AosError, SQLAlchemyError) as error:  # whatever comes after the refusal that should have been
        return f"went as far as {error!r}"
    if isinstance(given, Page):
        given = given.total
    harmed = door.changed() and sorted(door.rows() ^ door.before)
    if harmed:
        door.restore()
        return f"changed {harmed[:2]}"
    return f"gave {given!r}" if given else ""
