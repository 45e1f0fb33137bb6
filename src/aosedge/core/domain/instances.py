"""Instances: what shall run, and what was found running. Equal by the digest of their specification."""

import msgspec

from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import ItemConfig, RunConfig


class InstanceKey(msgspec.Struct, frozen=True, order=True):
    """An instance: `(item, subject, number from 0)`."""

    item: ItemId
    subject: SubjectId
    number: int

    def __str__(self) -> str:
        return f"{self.item}/{self.subject}/{self.number}"


class InstanceSpec(msgspec.Struct, frozen=True):
    """Everything that decides how an instance runs. Another digest means another instance."""

    key: InstanceKey
    codename: str
    """The item's host name within the Unit: the item configuration's `hostname`, else the item's id."""
    version: str
    index_digest: Digest
    layers: tuple[Digest, ...]
    """Content digests of the layers, bottom first; already unpacked in the content store when it starts."""
    layer_media_types: tuple[str, ...]
    run: RunConfig
    config: ItemConfig
    runtime: str
    """The runtime type that placement chose, such as `runc`."""
    priority: int = 0

    def digest(self) -> Digest:
        """The specification's digest; equal content has an equal digest. Priority is for placement only."""
        return sha256(msgspec.json.encode(msgspec.structs.replace(self, priority=0), order="deterministic"))


class Found(msgspec.Struct, frozen=True):
    """An instance that a runtime really has, read from its labels, whoever started it."""

    key: InstanceKey
    spec: Digest
    alive: bool
    exit_code: int | None = None


class Exited(msgspec.Struct, frozen=True):
    """An instance's process ended. `exit_code` is None where it can't be known."""

    key: InstanceKey
    spec: Digest
    exit_code: int | None
    out_of_memory: bool = False
