"""The register of software identification numbers (RXSWIN): which exact versions one stands for on a vehicle type."""

from collections.abc import Mapping, Sequence

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.rxswins import Rxswin
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import rxswins
from aosedge.cloud.usecases.rxswins import Checked
from aosedge.model.ids import ItemId, RxswinId, TargetSystemId
from aosedge.model.instants import to_rfc3339


class VersionNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exact version of an item."""

    item_id: str
    version: str


class NewRxswin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number to register; with `revise` a further revision of one that is there."""

    target_system_id: str
    number: str
    items: tuple[VersionNamed, ...]
    note: str = ""
    revise: bool = False


class RegisteredItemView(msgspec.Struct, frozen=True):
    """An exact version of an item."""

    item_id: str
    codename: str
    type: str
    version: str
    index_digest: str


class RxswinView(msgspec.Struct, frozen=True):
    """What a number stands for on a vehicle type, in one of its revisions. None of it is ever changed.

    `people`: what whoever registered it is called, as far as they are of your organization.
    """

    id: str
    target_system_id: str
    number: str
    revision: int
    items: tuple[RegisteredItemView, ...]
    note: str
    created_at: str
    created_by: str | None
    people: dict[str, str]


class RxswinsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[RxswinView, ...]


class MatchView(msgspec.Struct, frozen=True):
    """A revision, and how many Units report exactly its versions of its items."""

    id: str
    number: str
    revision: int
    units: int


class DifferingView(msgspec.Struct, frozen=True):
    """A Unit that is not as registered: what it matches, as number and revision, and what no match accounts for."""

    unit_id: str
    system_uid: str
    matches: tuple[str, ...]
    differs: tuple[str, ...]


class RxswinCheckView(msgspec.Struct, frozen=True):
    """Units of a vehicle type against the register; `silent` ones have reported nothing yet."""

    units: int
    silent: int
    consistent: int
    numbers: tuple[MatchView, ...]
    differing: tuple[DifferingView, ...]
    """The first of them."""
    differing_total: int


def view(session: Session, found: Rxswin) -> RxswinView:
    """As the API shows it."""
    return views(session, (found,))[0]


def views(session: Session, found: Sequence[Rxswin]) -> tuple[RxswinView, ...]:
    """As the API shows them."""
    people = session.users.names(each.created_by for each in found if each.created_by is not None)
    return tuple(_view(each, people) for each in found)


def _view(found: Rxswin, people: Mapping[str, str]) -> RxswinView:
    by = found.created_by
    return RxswinView(
        id=found.id,
        target_system_id=found.target_system,
        number=found.number,
        revision=found.revision,
        items=tuple(RegisteredItemView(i.item, i.codename, i.type, i.version, i.index_digest) for i in found.items),
        note=found.note,
        created_at=to_rfc3339(found.created_at),
        created_by=by,
        people={by: people[by]} if by is not None and by in people else {},
    )


def check_view(found: Checked) -> RxswinCheckView:
    """As the API shows it."""
    names = {each.id: each.name for each in found.register}
    return RxswinCheckView(
        units=found.units,
        silent=found.silent,
        consistent=found.units - found.silent - found.differing_total,
        numbers=tuple(MatchView(r.id, r.number, r.revision, found.matching[r.id]) for r in found.register),
        differing=tuple(
            DifferingView(each.unit, each.system_uid, tuple(names[id] for id in each.matches), each.differs)
            for each in found.differing
        ),
        differing_total=found.differing_total,
    )


@get("/rxswins/", operation_id="rxswins_list", tags=["sets"])
async def list_(
    ask: Asked,
    window: Within,
    target_system_id: FromQuery[str | None] = None,
    number: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "number",
) -> RxswinsView:
    """Every revision of every number, or those that match the filters; `search` is a part of the number."""

    def find(session: Session) -> RxswinsView:
        asked = {"target_system": target_system_id, "number": number, "search": search}
        page = session.rxswins.page(window, **asked, order=ordering)
        return RxswinsView(page.total, views(session, page.items))

    return await ask.read(find)


@post("/rxswins/", operation_id="rxswins_create", tags=["sets"])
async def create(ask: Asked, data: JSONBody[NewRxswin]) -> RxswinView:
    """Register a number, or a further revision of one. The register only grows."""
    versions = [(ItemId(each.item_id), each.version) for each in data.items]
    system = TargetSystemId(data.target_system_id)

    def make(session: Session) -> RxswinView:
        made = rxswins.add(session, ask.ids, system, data.number, versions, data.note, revise=data.revise)
        return view(session, made)

    return await ask.change(make, lambda made: made.id)


@get("/target-systems/{id:str}/rxswin-check/", operation_id="rxswins_check", tags=["sets"])
async def check(ask: Asked, id: Name) -> RxswinCheckView:
    """Units of a vehicle type whose reported items differ from what is registered, and which numbers Units match."""
    return await ask.read(lambda session: check_view(rxswins.check(session, TargetSystemId(id))))


@get("/rxswins/{id:str}/", operation_id="rxswins_read", tags=["sets"])
async def read(ask: Asked, id: Name) -> RxswinView:
    """One revision of a number."""
    return await ask.read(lambda session: view(session, session.rxswins.get(RxswinId(id))))
