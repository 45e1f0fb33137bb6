"""The audit trail: append-only, each line bound to the one before it."""

import hashlib
from collections.abc import Iterable

import msgspec

from aosedge.model.instants import Instant


class AuditLine(msgspec.Struct, frozen=True):
    """Who did what, when, from where, to what, and how it went; one chain an organization."""

    chain: str
    number: int
    at: Instant
    who: str
    operation: str
    request_id: str
    outcome: str
    origin: str = ""
    target: str = ""
    detail: str = ""
    previous: str = ""
    hash: str = ""


def sealed(line: AuditLine, previous: str) -> AuditLine:
    """The line with the hash of the one before it and its own, SHA-256 over both (hex)."""
    bound = msgspec.structs.replace(line, previous=previous, hash="")
    return msgspec.structs.replace(bound, hash=hashlib.sha256(msgspec.json.encode(bound)).hexdigest())


def broken(lines: Iterable[AuditLine]) -> int | None:
    """The number of the first line of a chain that does not follow from the one before it; None if all do.

    `lines` begin with the chain's first and come in order.
    """
    previous = ""
    for number, line in enumerate(lines, 1):
        if line.number != number or sealed(line, previous) != line:
            return number
        previous = line.hash
    return None
