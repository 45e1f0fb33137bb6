"""Targets of Units: which document under which generation."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.targets import UnitTarget
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import blob_refs, blobs, target_documents, unit_targets, units, versions
from aosedge.cloud.store.units import within
from aosedge.model.digests import Digest
from aosedge.model.ids import UnitId
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.parts import Generation

_DOCUMENT = msgspec.json.Decoder(DesiredStatus)


def unit_target(row: Row[Any]) -> UnitTarget:
    """A row of `unit_targets` as a value."""
    return UnitTarget(
        unit=row.unit,
        generation=Generation(row.epoch, row.number),
        digest=row.digest,
        reasons=row.reasons,
        problem=row.problem,
        compiled_at=row.compiled_at,
    )


class Targets:
    """Targets of the scope's Units."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self, unit: UnitId) -> Select[Any]:
        return within(select(units.c.id), self._scope).where(units.c.id == unit)

    def find(self, unit: UnitId) -> UnitTarget | None:
        """Which target the Unit has; nothing before the first was compiled, or if it is foreign."""
        query = select(unit_targets).where(unit_targets.c.unit.in_(self._mine(unit)))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else unit_target(row)

    def document(self, digest: Digest) -> DesiredStatus | None:
        """The document with this digest, without generation. Content has no tenant: its name is its hash."""
        query = select(target_documents.c.body).where(target_documents.c.digest == digest)
        body = self._connection.execute(query).scalar_one_or_none()
        return None if body is None else _DOCUMENT.decode(body)

    def desired(self, unit: UnitId) -> DesiredStatus | None:
        """What to send to the Unit: its document with generation and digest."""
        target = self.find(unit)
        if target is None or target.digest is None:
            return None
        document = self.document(target.digest)
        if document is None:
            return None
        return msgspec.structs.replace(document, generation=target.generation, target_digest=target.digest)

    def blobs(self, unit: UnitId, digests: Sequence[Digest]) -> tuple[StoredBlob, ...]:
        """Those of the digests that belong to items of the Unit's target, in no order."""
        desired = self.desired(unit)
        if desired is None:
            return ()
        query = (
            select(blobs)
            .distinct()
            .join(blob_refs, blob_refs.c.digest == blobs.c.digest)
            .join(versions, versions.c.id == blob_refs.c.version)
            .where(blobs.c.digest.in_(digests))
            .where(versions.c.index_digest.in_([item.index_digest for item in desired.items]))
        )
        return rows.every(self._connection, query, StoredBlob)
