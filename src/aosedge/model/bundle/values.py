"""Single values of `config.yaml` as their writers spell them, and as what they mean."""

import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from aosedge.model.errors import Invalid
from aosedge.model.quantities import parse_bit_rate, parse_duration, parse_size


class Size(int):
    """Bytes."""


class BitRate(int):
    """Bits a second."""


class Duration(timedelta):
    """A span of time."""


class Command(tuple[str, ...]):
    """A program and its arguments."""


class Port(str):
    """`8080/tcp`."""


class Connection(str):
    """`{host name}/{port or from:to}/{tcp or udp}`."""


def decoded(kind: type, value: Any) -> Any:
    """msgspec adds the path of the field to a ValueError."""
    try:
        return kind(*_DECODERS[kind](value))
    except Invalid as error:
        raise ValueError(str(error).removeprefix(": ")) from error


def _size(value: Any) -> Iterator[Any]:
    yield parse_size(value, "")


def _rate(value: Any) -> Iterator[Any]:
    yield parse_bit_rate(value, "")


def _duration(value: Any) -> Iterator[Any]:
    span = parse_duration(value, "")
    yield from (span.days, span.seconds, span.microseconds)


def _command(value: Any) -> Iterator[Any]:
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError as error:
        raise Invalid("not a command line", got=str(error)) from error
    if (
        not isinstance(words, list)
        or not words
        or not all(isinstance(word, str) and "\0" not in word for word in words)
    ):
        raise Invalid("not a command", expected="text, or a list of texts", got=repr(value)[:60])
    yield tuple(words)


_PORT = re.compile(r"(\d{1,5})(?:/(tcp|udp))?", re.ASCII)
_CONNECTION = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?/(\d{1,5})(?::(\d{1,5}))?/(?:tcp|udp)", re.ASCII
)


def _port(value: Any) -> Iterator[Any]:
    found = _PORT.fullmatch(str(value))
    if not found or not 1 <= int(found[1]) <= 65_535:
        raise Invalid("not a port", expected="1 to 65535, as in 8080 or 53/udp", got=repr(value)[:40])
    yield f"{int(found[1])}/{found[2] or 'tcp'}"


def _connection(value: Any) -> Iterator[Any]:
    found = _CONNECTION.fullmatch(str(value))
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 65_535:
        raise Invalid(
            "not a connection", expected="as in hello-server/8080/tcp or db/1000:1010/udp", got=repr(value)[:80]
        )
    yield value


_DECODERS = {
    Size: _size, BitRate: _rate, Duration: _duration, Command: _command, Port: _port, Connection: _connection,
}  # fmt: skip
