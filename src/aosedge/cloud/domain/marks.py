"""Two people change one thing: the second hears of it, instead of undoing what the first one did.

A mark names what people said of a thing, as it was read. A change that comes with one holds only while the thing
still has it. RFC 9110 calls it an entity tag; what nobody says by hand, as who is in a set, is no part of it.
"""

from hashlib import sha256
from typing import Final

import msgspec

from aosedge.model.errors import Stale

_LONG: Final = 32
"""Hexadecimal digits: nobody gains by two that are the same."""


def mark_of(thing: msgspec.Struct) -> str:
    """The thing's mark, quoted as headers have it."""
    return f'"{sha256(msgspec.json.encode(thing)).hexdigest()[:_LONG]}"'


def check_mark(wanted: str | None, thing: msgspec.Struct) -> None:
    """Raise Stale where `wanted`, the value of `If-Match`, is not the mark of the thing; without it anything goes."""
    if wanted is None or wanted.strip() == "*":
        return
    if mark_of(thing) not in [each.strip() for each in wanted.split(",")]:
        raise Stale("somebody has changed it since you looked", element="if-match", cure="look again, then change it")
