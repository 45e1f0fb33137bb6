"""Commands that are sent again: whoever names them by a key has them done once, and hears the same answer again.

The header and what it means are those of the IETF's draft-ietf-httpapi-idempotency-key-header.
"""

import re
from typing import Final

import msgspec

from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Invalid, Reused
from aosedge.model.instants import DAY, Instant

HEADER: Final = "idempotency-key"
KEPT_US: Final = DAY
"""For so long an answer is known again, at least."""
_KEY: Final = re.compile(r'"([!#-\[\]-~]{8,128})"|([!#-\[\]-~]{8,128})', re.ASCII)
ONCE: Final = frozenset(
    (
        "assignments_create",
        "campaigns_approve",
        "campaigns_cancel",
        "campaigns_create",
        "campaigns_delete",
        "campaigns_halt",
        "campaigns_override",
        "campaigns_pass",
        "campaigns_pause",
        "campaigns_plan",
        "campaigns_resume",
        "campaigns_retry",
        "campaigns_roll_back",
        "campaigns_start",
        "campaigns_update",
        "fleets_create",
        "grants_create",
        "rxswins_create",
        "subjects_create",
        "target_systems_create",
        "unit_sets_create",
        "verification_batches_approve",
        "verification_batches_cancel",
        "verification_batches_create",
        "verification_batches_reject",
        "verification_batches_revoke",
    )
)
"""Operations that take a key. What they answer is no secret, so that it may be kept."""


class Command(msgspec.Struct, frozen=True):
    """One request by its key, and the digest of all that it asks for."""

    key: str
    asked: Digest


class Answer(msgspec.Struct, frozen=True):
    """What a command was answered: JSON, nothing where it was answered by nothing."""

    asked: Digest
    at: Instant
    body: str


def checked_key(operation: str, key: str) -> str:
    """The key of a command, which HTTP's structured fields write in quotes; without them it is taken too.

    Raises Invalid, naming the header, for another key and for an operation that takes none.
    """
    if operation not in ONCE:
        cure = "leave the header out, and look before you ask again"
        raise Invalid(f"{operation} takes no key", element="Idempotency-Key", cure=cure)
    found = _KEY.fullmatch(key)
    if found is None:
        raise Invalid(
            "not a key",
            element="Idempotency-Key",
            expected="8 to 128 printable ASCII characters without space, such as a UUID",
            got=key[:130],
        )
    return found[1] or found[2]


def command(operation: str, key: str, *asked: bytes) -> Command:
    """The command that `asked` are the parts of, under its key."""
    lengths = b" ".join(b"%d" % len(part) for part in asked)
    return Command(key, sha256(b"\n".join((operation.encode(), lengths, *asked))))


def check_same(answer: Answer, command: Command) -> None:
    """Raise Reused where the key was that of another request."""
    if answer.asked != command.asked:
        raise Reused(
            "the key was used for another request", element="Idempotency-Key", cure="send a new key with each command"
        )
