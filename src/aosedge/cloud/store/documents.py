"""Target documents in memory: their name is their hash, so one that was read stays right."""

from typing import Final

import msgspec
from sqlalchemy import Connection, select

from aosedge.cloud.store.tables import target_documents
from aosedge.model.digests import Digest
from aosedge.protocol.messages import DesiredStatus

_DECODER: Final = msgspec.json.Decoder(DesiredStatus)
MOST: Final = 4096


class Documents:
    """The most recently read documents, shared by all sessions of a store."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[Digest, DesiredStatus] = {}

    def get(self, connection: Connection, digests: set[Digest]) -> dict[Digest, DesiredStatus]:
        """Those of the digests that there are."""
        known = self._known
        found = {digest: known[digest] for digest in digests if digest in known}
        missing = digests - found.keys()
        if missing:
            query = select(target_documents).where(target_documents.c.digest.in_(missing))
            read = {Digest(digest): _DECODER.decode(body) for digest, body in connection.execute(query)}
            found |= read
            # a new dict each time: sessions of other threads may be reading the old one
            self._known = dict([*known.items(), *read.items()][-self._most :])
        return found
