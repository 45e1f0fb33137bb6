"""How a Unit is shown: three axes, the update's step, and the target beside the actual state, joined by name."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from aosedge.cloud.domain.clones import Takeovers
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.domain.targets import UnitTarget
from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.store import Session
from aosedge.model.errors import NotFound
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.instants import to_rfc3339
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_unit import InstanceStatus
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity


class CloneView(msgspec.Struct, frozen=True):
    """Why a Unit looks like two devices: the last time that a connection took another's place, and how often."""

    since: str
    last_at: str
    times: int
    older_address: str
    newer_address: str


class UnitView(msgspec.Struct, frozen=True):
    """A Unit in a list. `status` is the lifecycle; `deployment` says whether it is what it should be."""

    id: str
    system_uid: str
    status: Literal["new", "provisioned", "deprovisioned"]
    online_status: Literal["Offline", "Connected", "Online"]
    deployment: Literal["in_sync", "updating", "blocked", "degraded", "failed", "unknown"]
    reason: str
    update_state: str
    model_name: str
    model_version: str
    fleet_id: str
    last_seen: str | None
    created_at: str
    labels: dict[str, str]
    target_system_id: str | None
    clone: CloneView | None


class GenerationView(msgspec.Struct, frozen=True):
    """Order of target states: never goes down."""

    epoch: int
    number: int


class NodeView(msgspec.Struct, frozen=True):
    """A node as registered and as last reported; RAM in bytes. `paused_at`: somebody wants nothing to run on it."""

    name: str
    type: str
    title: str
    main: bool
    state: str
    connected: bool
    max_dmips: int
    total_ram: int | None
    registered: dict[str, Any]
    paused_at: str | None
    paused_reason: str


class UnitItemView(msgspec.Struct, frozen=True):
    """A version of an item: what it should be, what it is."""

    item_id: str
    codename: str
    type: str
    target_version: str | None
    actual_version: str | None
    state: str
    error: str


class UnitInstanceView(msgspec.Struct, frozen=True):
    """An instance; without `node` it runs nowhere."""

    item_id: str
    codename: str
    subject_id: str
    subject: str
    instance: int
    node: str
    runtime: str
    target_version: str | None
    actual_version: str | None
    state: str
    error: str


class UnitDetailView(UnitView, frozen=True):
    """Everything of a Unit. `generation` is its target's, `seen_generation` that of the one it works on.

    `bytes_per_second` is how fast its download came when it last came forward; null where that was not measured.
    """

    fleet_title: str
    target_system_title: str
    sets: tuple[str, ...]
    update_error: str
    downloaded_bytes: int
    total_bytes: int
    bytes_per_second: int | None
    generation: GenerationView | None
    seen_generation: GenerationView | None
    target_digest: str | None
    target_problem: str
    target_reasons: tuple[str, ...]
    reported_at: str | None
    subjects: tuple[str, ...]
    nodes: tuple[NodeView, ...]
    items: tuple[UnitItemView, ...]
    instances: tuple[UnitInstanceView, ...]


def views(session: Session, units: Sequence[Unit]) -> tuple[UnitView, ...]:
    """As a list shows them."""
    ids = [unit.id for unit in units]
    labels, actual, clones = session.labels.of_many(ids), session.statuses.actual(ids), session.clones.suspected(ids)
    return tuple(
        UnitView(**_common(u, labels.get(u.id, {}), actual.get(u.id, Actual()), clones.get(u.id))) for u in units
    )


def view(session: Session, unit: Unit) -> UnitView:
    """As a list shows it."""
    return views(session, (unit,))[0]


def detail(session: Session, unit: Unit) -> UnitDetailView:
    """With everything known of it."""
    status = session.statuses.find(unit.id)
    actual = status.actual if status else Actual()
    target = session.targets.find(unit.id)
    desired = session.targets.desired(unit.id) or DesiredStatus()
    names = Names(session)
    update = actual.update
    return UnitDetailView(
        **_common(unit, session.labels.of(unit.id), actual, session.clones.suspected((unit.id,)).get(unit.id)),
        fleet_title=session.fleets.get(unit.fleet).title,
        target_system_title=session.target_systems.get(unit.target_system).title if unit.target_system else "",
        sets=tuple(each.title for each in session.unit_sets.page(unit=unit.id).items),
        update_error=_words(update.error_info) if update else "",
        downloaded_bytes=sum(item.downloaded_bytes for item in update.items) if update else 0,
        total_bytes=sum(item.total_bytes for item in update.items) if update else 0,
        bytes_per_second=actual.download.bytes_per_second if actual.download else None,
        generation=_generation(target.generation) if target and target.digest else None,
        seen_generation=_generation(update.generation) if update and update.generation else None,
        target_digest=target.digest if target else None,
        target_problem=target.problem if target else "",
        target_reasons=_reasons(target),
        reported_at=to_rfc3339(status.reported_at) if status else None,
        subjects=tuple(names.subject(subject.identity) for subject in desired.subjects),
        nodes=_nodes(session.units.nodes(unit.id), actual),
        items=_items(desired, actual, names),
        instances=_instances(desired, actual, names),
    )


def _common(unit: Unit, labels: dict[str, str], actual: Actual, clone: Takeovers | None) -> dict[str, Any]:
    deployment, reason = unit.standing
    return {
        "id": unit.id,
        "system_uid": unit.system_uid,
        "status": unit.lifecycle,
        "online_status": unit.connectivity,
        "deployment": deployment,
        "reason": reason,
        "update_state": actual.update.state if actual.update else "",
        "model_name": unit.model,
        "model_version": unit.model_version,
        "fleet_id": unit.fleet,
        "last_seen": to_rfc3339(unit.last_seen) if unit.last_seen is not None else None,
        "created_at": to_rfc3339(unit.created_at),
        "labels": labels,
        "target_system_id": unit.target_system,
        "clone": _clone(clone),
    }


def _clone(seen: Takeovers | None) -> CloneView | None:
    if seen is None or seen.suspected_at is None:
        return None
    return CloneView(to_rfc3339(seen.suspected_at), to_rfc3339(seen.at), seen.times, seen.older, seen.newer)


class Names:
    """Words for ids, each looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, str] = {}

    def item(self, identity: Identity) -> str:
        """The codename, or what the Unit called it."""
        return identity.codename or self._look_up("item", identity)

    def subject(self, identity: Identity) -> str:
        """The title, or the id."""
        return identity.title or identity.codename or self._look_up("subject", identity)

    def _look_up(self, noun: str, identity: Identity) -> str:
        if not identity.id:
            return ""
        if identity.id not in self._known:
            try:
                self._known[identity.id] = (
                    self._session.items.get(ItemId(identity.id)).codename
                    if noun == "item"
                    else self._session.subjects.get(SubjectId(identity.id)).title
                )
            except NotFound:  # removed since, or beyond the asker's scope
                self._known[identity.id] = identity.id
        return self._known[identity.id]


def _generation(generation: Generation) -> GenerationView:
    return GenerationView(generation.epoch, generation.number)


def _reasons(target: UnitTarget | None) -> tuple[str, ...]:
    return tuple(reason.words for reason in target.reasons) if target else ()


def _words(error: ErrorInfo | None) -> str:
    if error is None or not (error.message or error.aos_code or error.exit_code):
        return ""
    return error.message or f"code {error.aos_code}, exit {error.exit_code}"


def _nodes(registered: tuple[Node, ...], actual: Actual) -> tuple[NodeView, ...]:
    reported = {node.identity.codename or node.identity.id or "": node for node in actual.nodes}
    known = {node.name: node for node in registered}
    shown = []
    for name in [*known, *(name for name in reported if name not in known)]:
        node, status = known.get(name), reported.get(name)  # type: ignore[call-overload]
        since = node.shall_since if node and node.shall == "paused" else None
        shown.append(
            NodeView(
                name=name,
                type=node.type if node else "",
                title=node.title if node else "",
                main=node.main if node else False,
                state=status.state if status else "",
                connected=status.is_connected if status else False,
                max_dmips=status.max_dmips if status else 0,
                total_ram=status.total_ram if status else None,
                registered=msgspec.json.decode(node.info, type=dict[str, Any]) if node else {},
                paused_at=to_rfc3339(since) if since is not None else None,
                paused_reason=node.shall_why if node else "",
            )
        )
    return tuple(shown)


def _key(identity: Identity) -> str:
    return identity.id or identity.codename or ""


def _items(desired: DesiredStatus, actual: Actual, names: Names) -> tuple[UnitItemView, ...]:
    wanted = {_key(item.item): item for item in desired.items}
    reported = {(_key(item.item), item.version): item for item in actual.items}
    views = []
    for key, item in wanted.items():
        status = reported.pop((key, item.version), None)
        others = [
            version for (other, version), found in reported.items() if other == key and found.state == "installed"
        ]
        views.append(
            UnitItemView(
                item_id=key,
                codename=names.item(item.item),
                type=item.item.type or "",
                target_version=item.version,
                actual_version=item.version if status and status.state == "installed" else next(iter(others), None),
                state=status.state if status else "unknown",
                error=_words(status.error_info) if status else "",
            )
        )
    views += [
        UnitItemView(
            item_id=key,
            codename=names.item(status.item),
            type=status.item.type or "",
            target_version=None,
            actual_version=version,
            state=status.state,
            error=_words(status.error_info),
        )
        for (key, version), status in reported.items()
        if key not in wanted
    ]
    return tuple(views)


def _instances(desired: DesiredStatus, actual: Actual, names: Names) -> tuple[UnitInstanceView, ...]:
    versions = {_key(item.item): item.version for item in desired.items}
    wanted = {
        (_key(want.item), _key(want.subject), number): (want.item, want.subject)
        for want in desired.instances
        for number in range(want.num_instances)
    }
    views = []
    for group in actual.instances:
        for status in group.instances:
            key = (_key(group.item), _key(group.subject), status.instance)
            target = versions.get(key[0]) if wanted.pop(key, None) else None
            views.append(_instance(names, group.item, group.subject, status, group.version or None, target))
    for (item_id, _subject, number), (item, subject) in wanted.items():
        absent = InstanceStatus(Identity(), Identity(), number, "inactive")
        shown = _instance(names, item, subject, absent, None, versions.get(item_id))
        views.append(msgspec.structs.replace(shown, state=""))
    return tuple(views)


def _instance(
    names: Names,
    item: Identity,
    subject: Identity,
    status: InstanceStatus,
    actual_version: str | None,
    target_version: str | None,
) -> UnitInstanceView:
    return UnitInstanceView(
        item_id=_key(item),
        codename=names.item(item),
        subject_id=_key(subject),
        subject=names.subject(subject),
        instance=status.instance,
        node=status.node.codename or "",
        runtime=status.runtime.codename or "",
        target_version=target_version,
        actual_version=actual_version,
        state=status.state,
        error=_words(status.error_info),
    )
