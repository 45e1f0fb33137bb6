"""State of a service as `newState` and `updateState` carry it: bytes in a field that is text.

Real Units write the file as it is. Bytes that are no text, or that JSON would blow up, travel as base64, which
`stateEncoding` says: our addition. A real Unit does not know it, finds the checksum wrong and keeps what it has.
The checksum is always of the bytes.
"""

import base64
import binascii
from typing import Final, Literal

import msgspec

from aosedge.model.errors import Invalid

Encoding = Literal["base64"]
MOST_BYTES: Final = 512 * 1024
"""Of one state, whatever the item's limit: with its envelope it must fit into one message of the channel."""


def written(content: bytes) -> tuple[str, Encoding | None]:
    """The bytes as the field's text, and how they are encoded in it (None: not at all)."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), "base64"
    if len(msgspec.json.encode(text)) > len(content) * 3 // 2 + 1024:
        return base64.b64encode(content).decode(), "base64"
    return text, None


def read(text: str, encoding: Encoding | None) -> bytes:
    """The bytes; raises Invalid for text that is not as its encoding says."""
    if encoding is None:
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("not base64", element="state") from error
