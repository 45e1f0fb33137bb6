"""What Units report, and what they should."""

import msgspec

from aosedge.cloud.domain.deployment import Aim
from aosedge.cloud.domain.statuses import Actual
from aosedge.model.digests import sha256
from aosedge.protocol.messages import DesiredStatus, UnitStatus
from aosedge.protocol.messages.from_cloud import DesiredInstance, DesiredItem
from aosedge.protocol.messages.from_unit import (
    InstancesStatus,
    InstanceStatus,
    ItemStatus,
    NodeStatus,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity

GENERATION = Generation(3, 7)


def item(id: str, version: str = "1.0.0", state: str = "installed", **values: object) -> ItemStatus:
    return ItemStatus(Identity(id=id), version, state, **values)  # type: ignore[arg-type]


def own(codename: str) -> ItemStatus:
    """Something the Unit came with."""
    return ItemStatus(Identity(codename=codename), "1.0.0", "installed")


def instances(id: str, *states: str, version: str = "1.0.0", subject: str = "sub", first: int = 0) -> InstancesStatus:
    found = tuple(
        InstanceStatus(Identity(codename="n"), Identity(codename="r"), number, state)  # type: ignore[arg-type]
        for number, state in enumerate(states, first)
    )
    return InstancesStatus(Identity(id=id), Identity(id=subject), version, found)


def node(name: str, *, connected: bool = True) -> NodeStatus:
    return NodeStatus(Identity(codename=name), Identity(codename="kind"), "provisioned", connected)


def full(**sections: object) -> UnitStatus:
    return UnitStatus(**{"unit_config": (), "nodes": (), "items": (), "instances": (), "subjects": (), **sections})  # type: ignore[arg-type]


def delta(**sections: object) -> UnitStatus:
    return UnitStatus(is_delta_info=True, **sections)  # type: ignore[arg-type]


def whole(**sections: object) -> Actual:
    return Actual(whole=True, **sections)  # type: ignore[arg-type]


def desired(*services: str, count: int = 1) -> DesiredStatus:
    return DesiredStatus(
        items=tuple(
            DesiredItem(Identity(id=id, type="service", title=f"code-{id}"), "1.0.0", Identity(id="o"), sha256(b""))
            for id in services
        ),
        instances=tuple(DesiredInstance(Identity(id=id), Identity(id="sub"), num_instances=count) for id in services),
    )


GOOD = whole(items=(item("a"), own("base")), instances=(instances("a", "active", "active"),), nodes=(node("n"),))
AIM = Aim(desired("a", count=2), GENERATION)


def changed(**sections: object) -> Actual:
    return msgspec.structs.replace(GOOD, **sections)


def update(state: str, generation: Generation | None = GENERATION, error: str | None = None) -> UpdateStatus:
    info = None if error is None else ErrorInfo(message=error)
    return UpdateStatus(state, generation, error_info=info)  # type: ignore[arg-type]
