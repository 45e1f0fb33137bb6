"""A message as bytes: the envelope of the Unit protocol, version 7, written and read.

Reading is strict where a wrong value could do harm (types, version, UTF-8, depth, size) and blind to unknown fields.
"""

import re
from datetime import datetime
from typing import Annotated, Any

import msgspec

from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.ids import SystemId, Txn
from aosedge.protocol.messages import Message
from aosedge.protocol.messages.parts import Part

PROTOCOL_VERSION = 7

LARGEST_BYTES = 4 * 1024 * 1024
"""Bytes of the largest message that is read: a log part or a state fits, an attack on memory does not."""


class Header(Part, frozen=True, omit_defaults=False):
    """Who says it, when it was first said (a repeat keeps its time), and the transaction that its answer names.

    `system_id` may be empty in what a Unit sends: then it is the certificate's.
    """

    version: int
    system_id: Annotated[SystemId, msgspec.Meta(max_length=64)]
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    txn: Annotated[Txn, msgspec.Meta(min_length=1, max_length=64)]


class Envelope(msgspec.Struct, frozen=True):
    """A whole message."""

    header: Header
    data: Message


class _OnlyVersion(msgspec.Struct, frozen=True):
    version: int


class _OnlyHeader(msgspec.Struct, frozen=True):
    header: _OnlyVersion


_read = msgspec.json.Decoder(Envelope)
_read_header = msgspec.json.Decoder(_OnlyHeader)
_write = msgspec.json.Encoder()

_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected (?P<expected>.+?)(?:, got (?P<got>.+))?$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<field>.+)`$")
_SHORT_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)")


def encode(envelope: Envelope) -> bytes:
    """The message as it goes onto the wire: JSON, UTF-8."""
    return _write.encode(envelope)


def decode(raw: bytes) -> Envelope:
    """The message in these bytes.

    Raises Invalid for what is not JSON, not UTF-8, nested too deeply, of another version or not of its type, with
    `element` the path of the field at fault, as in `data.items[0].version`; TooLarge past `LARGEST_BYTES`.
    """
    if len(raw) > LARGEST_BYTES:
        raise TooLarge(
            "the message is too large",
            element="message",
            expected=f"at most {LARGEST_BYTES} bytes",
            got=f"{len(raw)} bytes",
        )
    try:
        text = str(raw, "utf-8")  # the decoder would not look at the bytes of strings that it skips
        envelope = _typed(text)
    except UnicodeDecodeError as error:
        raise Invalid("not UTF-8", element="message", got=f"byte {error.start}") from error
    except RecursionError as error:
        raise Invalid("nested too deeply", element="message") from error
    except msgspec.ValidationError as error:
        _refuse_other_version(text)
        raise _invalid(str(error)) from error
    except msgspec.DecodeError as error:
        raise Invalid(f"not JSON: {error}", element="message") from error
    if envelope.header.version != PROTOCOL_VERSION:
        raise _other_version(envelope.header.version)
    return envelope


def _typed(text: str) -> Envelope:
    try:
        return _read.decode(text)
    except msgspec.ValidationError as error:
        if "duration" not in str(error):
            raise
    # some peers write `5s`: rare enough to pay for a second reading
    return msgspec.convert(_spelled_out(msgspec.json.decode(text)), Envelope)


def _spelled_out(value: Any) -> Any:
    """Durations such as `5s` in ISO 8601; nothing else is touched."""
    if isinstance(value, list):
        return [_spelled_out(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {key: _duration(part) if key == "minTimeout" else _spelled_out(part) for key, part in value.items()}


def _duration(value: Any) -> Any:
    short = _SHORT_DURATION.fullmatch(value) if isinstance(value, str) else None
    return f"PT{short[1]}{short[2].upper()}" if short else value


def _refuse_other_version(text: str) -> None:
    """Of a message of another version its shape says nothing."""
    try:
        version = _read_header.decode(text).header.version
    except (msgspec.DecodeError, RecursionError):
        return
    if version != PROTOCOL_VERSION:
        raise _other_version(version)


def _other_version(version: int) -> Invalid:
    return Invalid(
        "another protocol version", element="header.version", expected=str(PROTOCOL_VERSION), got=str(version)
    )


def _invalid(words: str) -> Invalid:
    """The decoder's sentence, taken apart."""
    found = _AT.match(words)
    what, path = (found["what"], found["path"] or "$") if found else (words, "$")
    element = path.removeprefix("$").removeprefix(".")
    if missing := _MISSING.match(what):
        element = f"{element}.{missing['field']}".removeprefix(".")
        return Invalid("the field is missing", element=element)
    if expected := _EXPECTED.match(what):
        return Invalid(
            "not of its type",
            element=element or "message",
            expected=expected["expected"].replace("`", ""),
            got=(expected["got"] or "").replace("`", ""),
        )
    return Invalid(what, element=element or "message")
