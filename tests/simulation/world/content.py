"""Item versions as a Service Provider makes them. A layer says how its program behaves, and its bytes are run."""

from datetime import timedelta
from random import Random
from typing import Literal

import msgspec

from aosedge.model import oci
from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import ItemId
from aosedge.model.oci import (
    Descriptor,
    HealthCheck,
    ImageConfig,
    Index,
    ItemConfig,
    Manifest,
    Platform,
    Quotas,
    RunParameters,
)

HERE = Platform("amd64")
Kind = Literal["good", "sick", "crashing", "late"]


class Behaviour(msgspec.Struct, frozen=True):
    """What a program does once it is started: `sick` never answers its probe well, `late` only after the deadline."""

    kind: Kind
    name: str
    ready_after_us: int = 0
    crash_after_us: int = 0


class Made(msgspec.Struct, frozen=True):
    """A version, all its blobs, and what it will do."""

    item: ItemId
    version: str
    index: Digest
    blobs: dict[Digest, bytes]
    config: ItemConfig
    image: ImageConfig
    layers: tuple[Digest, ...]
    behaviour: Behaviour

    @property
    def is_good(self) -> bool:
        """Whether a Unit shall be able to run it."""
        return self.behaviour.kind == "good"


def made(chance: Random, item: ItemId, version: str, kind: Kind, state_limit: int | None = None) -> Made:
    """A version of the item; the same chance makes the same bytes."""
    behaviour = Behaviour(
        kind,
        f"{item} {version}",
        ready_after_us=chance.randrange(10_000_000),
        crash_after_us=chance.randrange(1, 1_500_000),
    )
    probed = kind in ("sick", "late") or chance.random() < 0.5
    check = HealthCheck("tcp", port=1, interval=timedelta(seconds=chance.choice([10, 60]))) if probed else None
    gives_up = kind == "crashing" and chance.random() < 0.5
    parameters = RunParameters(timedelta(minutes=10), 3) if gives_up else RunParameters()
    config = ItemConfig(
        hostname=item, health_check=check, run_parameters=parameters, quotas=Quotas(state_limit=state_limit)
    )
    program = msgspec.json.encode(behaviour) + b" " * chance.randrange(4096)
    shared = b"shared of " + item.encode() + bytes(2048)
    image = ImageConfig(HERE.architecture, HERE.os)
    documents = [oci.encode(config), oci.encode(image)]
    manifest = oci.encode(
        Manifest(
            _described(oci.IMAGE_CONFIG, documents[1]),
            (_described(oci.LAYER_TAR, shared), _described(oci.LAYER_TAR, program)),
            aos_item_config=_described(oci.ITEM_CONFIG, documents[0]),
        )
    )
    index = oci.encode(Index((_described(oci.MANIFEST, manifest, HERE),)))
    blobs = {sha256(content): content for content in (*documents, shared, program, manifest, index)}
    layers = (sha256(shared), sha256(program))
    return Made(item, version, sha256(index), blobs, config, image, layers, behaviour)


def _described(media_type: str, content: bytes, platform: Platform | None = None) -> Descriptor:
    return Descriptor(media_type, sha256(content), len(content), platform)
