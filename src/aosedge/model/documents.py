"""A YAML document from somebody who may mean harm, as plain values.

Read by the YAML 1.2 core schema (`on`, `12:30`, `2026-01-01` and `010` are no surprises), each key once, nesting and
size bounded; what an alias expands to counts as if it were written out.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from aosedge.model.errors import Invalid, TooLarge

MOST_BYTES = 256 * 1024
_MOST_VALUES = 20_000
_MOST_DEPTH = 24
_PLAIN = (
    (re.compile(r"~|null|Null|NULL|"), lambda text: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"0x[0-9a-fA-F]{1,15}"), lambda text: int(text, 16)),
    (re.compile(r"0o[0-7]{1,20}"), lambda text: int(text, 8)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?"), float),
)
_TAG = "tag:yaml.org,2002:"


def read_yaml(content: bytes, element: str = "document") -> Any:
    """The one document of the text: dicts, lists, strings, numbers, booleans, None.

    Raises Invalid or TooLarge whose element is `element`, with the line in the message.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge("the document is too large", element=element, expected=f"at most {MOST_BYTES} bytes")
    try:
        return _Reader(content.decode(), element).document()
    except UnicodeDecodeError as error:
        raise Invalid("not UTF-8", element=element) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise Invalid(f"not YAML{line}", element=element, got=str(getattr(error, "problem", error))) from error


class _Reader:
    def __init__(self, text: str, element: str) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self._element = element
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._values = 0

    def document(self) -> Any:
        event = next(self._events)
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise Invalid("the document is empty", element=self._element)
        value = self._value(event, 0)
        next(self._events)
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            raise Invalid("more than one document", element=self._element)
        return value

    def _value(self, event: Any, depth: int) -> Any:
        self._count(1)
        if depth > _MOST_DEPTH:
            raise self._wrong(event, "nested too deeply", f"at most {_MOST_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            known = self._anchors.get(str(event.anchor))
            if known is None:
                raise self._wrong(event, "an alias of nothing", "an anchor before it")
            self._count(known[1])
            return known[0]
        anchor, before = event.anchor, self._values
        if anchor:
            self._anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(depth)
        else:
            value = self._mapping(depth)
        if anchor:
            self._anchors[anchor] = (value, self._values - before)
        return value

    def _sequence(self, depth: int) -> list[Any]:
        found = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._wrong(event, "a key that is no text", "a name")
            self._count(1)
            if event.value in found:
                raise self._wrong(event, f"the key {event.value[:40]!r} comes twice", "each key once")
            found[event.value] = self._value(next(self._events), depth + 1)
        return found

    def _scalar(self, event: Any) -> Any:
        if event.tag not in (None, "!", *(_TAG + name for name in ("str", "int", "float", "bool", "null"))):
            raise self._wrong(event, f"the tag {event.tag[:40]!r}", "plain values")
        if event.implicit[0]:
            for form, make in _PLAIN:
                if form.fullmatch(event.value):
                    return make(event.value)
        return event.value

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > _MOST_VALUES:
            raise TooLarge("too many values, aliases written out", element=self._element, expected=f"{_MOST_VALUES}")

    def _wrong(self, event: Any, what: str, expected: str) -> Invalid:
        return Invalid(f"{what} in line {event.start_mark.line + 1}", element=self._element, expected=expected)
