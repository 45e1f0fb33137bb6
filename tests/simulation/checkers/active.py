"""What is active: verified, and one version of each item."""

from collections.abc import Iterator

import msgspec
from tests.simulation.checkers.checker import Checker
from tests.simulation.world.unit import LEVEL, Unit

from aosedge.model.digests import sha256
from aosedge.model.oci import RunConfig


class OnlyVerifiedActive(Checker):
    """The bytes that run are the publisher's, and so is how they are run."""

    invariant = "I1 nothing unverified is ever active"

    def look_at(self, unit: Unit) -> Iterator[str]:
        for program in unit.runtime.starts:
            spec = program.spec
            made = self.world.made.get(spec.index_digest)
            if made is None:
                yield f"{unit.system_id} runs {spec.key} of content that nobody published"
            elif program.layers != made.layers or spec.layers != made.layers:
                yield f"{unit.system_id} runs other bytes than {spec.key} {made.version} has"
            elif (
                spec.config != made.config
                or _published(spec.run) != made.image.config
                or spec.version != made.version
            ):
                yield f"{unit.system_id} runs {spec.key} with another configuration"
            elif sha256(made.blobs[made.index]) != spec.index_digest:
                yield "the publisher's content is not what its digest says"


def _published(run: RunConfig) -> RunConfig:
    """Without what the cloud may set for a while."""
    return msgspec.structs.replace(run, env=tuple(entry for entry in run.env if not entry.startswith(LEVEL)))


class OneVersionActive(Checker):
    """At most one version of an item runs at a time."""

    invariant = "I3 one active version per item"

    def look_at(self, unit: Unit) -> Iterator[str]:
        if not unit.runtime.starts:
            return
        versions: dict[str, str] = {}
        for key, program in unit.runtime.programs.items():
            if (
                program.is_alive
                and versions.setdefault(key.item, program.spec.index_digest) != program.spec.index_digest
            ):
                yield f"{unit.system_id} runs two versions of {key.item}"
