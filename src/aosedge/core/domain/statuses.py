"""What the Unit says of itself: whole on connect and after an update, what changed otherwise (`unitStatus`)."""

from collections.abc import Mapping
from typing import TypeVar, assert_never

import msgspec

from aosedge.core.domain.alerts import error
from aosedge.core.domain.instances import InstanceKey
from aosedge.core.domain.presence import Presence
from aosedge.core.domain.state import Policy, State
from aosedge.core.domain.supervision import Supervision
from aosedge.core.domain.updates import RUNNING, Specs, Updates
from aosedge.model.digests import Digest
from aosedge.model.ids import ItemId
from aosedge.model.instants import Monotonic
from aosedge.protocol.messages import UnitStatus
from aosedge.protocol.messages.from_unit import (
    InstancesStatus,
    InstanceStatus,
    ItemStatus,
    NodeStatus,
    UnitConfigStatus,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import Identity, InstanceState, ItemProgress, ItemState

K = TypeVar("K")
T = TypeVar("T")


class Snapshot(msgspec.Struct, frozen=True):
    """All sections of a whole status, by the names of their entries."""

    unit_config: UnitConfigStatus
    nodes: Mapping[str, NodeStatus]
    items: Mapping[tuple[ItemId, str], ItemStatus]
    instances: Mapping[tuple[str, str, str], InstancesStatus]
    update: UpdateStatus


def whole(now: Snapshot) -> UnitStatus:
    """Every section, empty ones included."""
    return UnitStatus(
        is_delta_info=False,
        unit_config=(now.unit_config,),
        nodes=tuple(now.nodes.values()),
        items=tuple(now.items.values()),
        instances=tuple(now.instances.values()),
        subjects=(),
        update=now.update,
    )


def delta(before: Snapshot, now: Snapshot) -> UnitStatus | None:
    """Changed entries only; None when there are none. Items that are gone are `removed` once."""
    gone = {k: msgspec.structs.replace(v, state="removed") for k, v in before.items.items() if k not in now.items}
    status = UnitStatus(
        is_delta_info=True,
        unit_config=(now.unit_config,) if now.unit_config != before.unit_config else None,
        nodes=_changed(before.nodes, now.nodes),
        items=_changed(before.items, {**now.items, **gone}),
        instances=_changed(before.instances, now.instances),
        update=now.update if now.update != before.update else None,
    )
    return None if status == UnitStatus(is_delta_info=True) else status


def loses_instances(before: Snapshot, now: Snapshot) -> bool:
    """Whether an item has no instances for a subject any more: changed entries cannot say so."""
    return not {key[:2] for key in before.instances} <= {key[:2] for key in now.instances}


def _changed(before: Mapping[K, T], now: Mapping[K, T]) -> tuple[T, ...] | None:
    return tuple(v for k, v in now.items() if before.get(k) != v) or None


class Observer:
    """Reads the engine's parts and words what they say; changes nothing."""

    def __init__(self, policy: Policy, updates: Updates, supervision: Supervision, presence: Presence) -> None:
        self._policy, self._updates, self._supervision, self._presence = policy, updates, supervision, presence
        self.others: tuple[NodeStatus, ...] = ()
        """The Unit's secondary nodes. They run nothing: placement does not know them."""

    def snapshot(self, now: Monotonic) -> Snapshot:
        """Everything as it is now."""
        state = self._updates.state
        config = state.unit_config
        return Snapshot(
            unit_config=UnitConfigStatus("installed", config.version) if config else UnitConfigStatus("absent"),
            nodes={node.identity.codename or "": node for node in (self._main(state), *self.others)},
            items=self._items(state),
            instances=self._instances(self._updates.specs(now)),
            update=self._update(state),
        )

    def _main(self, state: State) -> NodeStatus:
        paused = state.target is not None and state.target.paused
        return msgspec.structs.replace(
            self._policy.node, is_connected=True, state="paused" if paused else "provisioned"
        )

    def _items(self, state: State) -> dict[tuple[ItemId, str], ItemStatus]:
        statuses: dict[tuple[ItemId, str], ItemStatus] = {}
        here = {c.index_digest for c in state.contents}
        held = {i: h.reason for h in self._updates.plan.held for i in h.swap.items}
        for item in state.target.set.items if state.target else ():
            good = item in state.good.items
            reason = "" if good else held.get(item.item, "")
            trouble = reason or ("" if good else self._updates.acquisition.trouble.get(item.index_digest, ""))
            how = "installed" if good else "failed" if reason else _progress(state, item.index_digest, here)
            identity = Identity(id=item.item, type=item.type)
            statuses[item.item, item.version] = ItemStatus(identity, item.version, how, error(trouble))
        for item in state.good.items:
            identity = Identity(id=item.item, type=item.type)
            statuses.setdefault((item.item, item.version), ItemStatus(identity, item.version, "installed"))
        return dict(sorted(statuses.items()))

    def _instances(self, specs: Specs) -> dict[tuple[str, str, str], InstancesStatus]:
        groups: dict[tuple[str, str, str], list[InstanceStatus]] = {}
        placement = self._updates.placement()
        agreed = {known.key: known.checksum for known in self._updates.state.service_states}
        for spec in placement.placed:
            state, message = self._instance(spec.key, specs)
            groups.setdefault((spec.key.item, spec.key.subject, spec.version), []).append(
                InstanceStatus(
                    Identity(codename=self._policy.node.identity.codename),
                    Identity(codename=spec.runtime),
                    spec.key.number,
                    state,
                    agreed.get(spec.key) or None,
                    error(message),
                )
            )
        nowhere = Identity(codename="")
        for lost in placement.unplaced:
            groups.setdefault((lost.key.item, lost.key.subject, lost.version), []).append(
                InstanceStatus(nowhere, nowhere, lost.key.number, "failed", error_info=error(lost.reason))
            )
        return {
            (item, subject, version): InstancesStatus(
                Identity(id=item, type="service"), Identity(id=subject), version, tuple(group)
            )
            for (item, subject, version), group in sorted(groups.items())
        }

    def _instance(self, key: InstanceKey, specs: Specs) -> tuple[InstanceState, str]:
        if key not in specs:
            return "inactive", "at rest: the node is paused, or offline for longer than the instance may be"
        life = self._supervision.lives.get(key)
        digest, spec = specs[key]
        if life is None or life.digest != digest:
            return "activating", ""
        match life.condition:
            case "running" if life.healthy or spec.config.health_check is None:
                return "active", ""
            case "failed":
                return "failed", life.message
            case "running" | "starting" | "waiting" | "stopping" | "stuck":
                return "activating", life.message
            case _:
                assert_never(life.condition)

    def _update(self, state: State) -> UpdateStatus:
        generation = state.target.generation if state.target else None
        if state.update is None:
            held = "; ".join(dict.fromkeys(h.reason for h in self._updates.plan.held))
            return UpdateStatus("idle", generation, error_info=error(held))
        trouble = "; ".join(dict.fromkeys(self._updates.acquisition.trouble.values()))
        progress = self._updates.acquisition.progress
        items = tuple(
            ItemProgress(Identity(id=i.item, type=i.type), *progress[i.index_digest])
            for i in state.update.set.items
            if i.index_digest in progress
        )
        return UpdateStatus(state.update.phase, generation, items, error(trouble), self._updates.held)


def _progress(state: State, digest: Digest, here: set[Digest]) -> ItemState:
    update = state.update
    if update is None or digest not in update.set.index_digests():
        return "unknown"
    if update.phase in RUNNING:
        return "installed"
    if update.phase == "installing":
        return "installing"
    return "pending" if digest in here else "downloading"
