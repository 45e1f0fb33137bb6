"""Preconditions: what must be so on a Unit for its update to go on, as an expression over signals.

    expression = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" expression ")" | signal [ sign literal ]
    sign       = "==" | "!=" | "<" | "<=" | ">" | ">="
    literal    = number | "text" | 'text' | true | false

A signal alone holds if it is true. What is said of a signal that is missing, or of another kind than the literal,
does not hold, and neither does its opposite: nobody knows.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NoReturn, TypeAlias

import msgspec

from aosedge.model.errors import Invalid

Signal: TypeAlias = bool | float | str
"""What was said of something on a Unit."""

LONGEST: Final = 500
"""Characters of an expression."""
DEEPEST: Final = 16
"""Parentheses and `not` within each other."""
NAME_RULE: Final = "1 to 63 letters, digits and . _ - after a letter"
TEXT_LONGEST: Final = 200

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,62}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_TOKEN: Final = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')|(?P<word>-?[A-Za-z0-9][A-Za-z0-9._-]*)|(?P<sign>==|!=|<=|>=|[<>()])""", re.ASCII
)
_WORDS: Final = ("and", "or", "not", "true", "false")
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Compares(msgspec.Struct, frozen=True):
    """A signal against a literal."""

    signal: str
    sign: str
    operand: Signal

    def __str__(self) -> str:
        """As people write it."""
        operand = self.operand
        if self.sign == "==" and operand is True:
            return self.signal
        return f"{self.signal} {self.sign} {_words(operand)}"


class Not(msgspec.Struct, frozen=True):
    """The opposite."""

    part: "Precondition"

    def __str__(self) -> str:
        """As people write it."""
        return f"not {self.part}" if isinstance(self.part, Compares | Not) else f"not ({self.part})"


class Joined(msgspec.Struct, frozen=True):
    """All of the parts, or with `any` at least one."""

    parts: tuple["Precondition", ...]
    any: bool = False

    def __str__(self) -> str:
        """As people write it."""
        parts = [f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts]
        return (" or " if self.any else " and ").join(parts)


Precondition: TypeAlias = Compares | Not | Joined


def unmet(precondition: Precondition, signals: Mapping[str, Signal]) -> str:
    """Why it does not hold, naming the part and what its signals are; empty if it holds."""
    if _holds(precondition, signals) is True:
        return ""
    part = precondition
    while isinstance(part, Joined) and not part.any:
        part = next(each for each in part.parts if _holds(each, signals) is not True)
    known = [f"{name} is {_words(signals[name])}" if name in signals else f"nobody said what {name} is"
             for name in dict.fromkeys(_names(part))]  # fmt: skip
    return f"{part}: {', '.join(known)}"


def parse_signal(text: str) -> Signal:
    """`true` and `false`, a number, or any other text."""
    if text in ("true", "false"):
        return text == "true"
    return float(text) if _NUMBER.fullmatch(text) else text


def checked_signal(name: str, value: Signal) -> None:
    """Raises Invalid for a name that no expression can have, or a text that is too long."""
    if not _NAME.fullmatch(name) or name in _WORDS:
        raise Invalid("not a signal's name", element="name", expected=NAME_RULE, got=name[:63])
    if isinstance(value, str) and len(value) > TEXT_LONGEST:
        expected = f"at most {TEXT_LONGEST} characters"
        raise Invalid("the value is too long", element="value", expected=expected, got=str(len(value)))


def parse_precondition(text: str, element: str) -> Precondition:
    """The text as a precondition; raises Invalid with the position, from 1, of what is wrong, and what fits."""
    if len(text) > LONGEST:
        expected = f"at most {LONGEST} characters"
        raise Invalid("the precondition is too long", element=element, expected=expected, got=str(len(text)))
    reader = _Reader(text, element)
    found = _any(reader)
    if reader.kind != "end":
        reader.refuse("and, or, or the end")
    return found


def _words(value: Signal) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    return f"'{value}'" if '"' in value else f'"{value}"'


def _names(part: Precondition) -> list[str]:
    match part:
        case Compares(signal):
            return [signal]
        case Not(inner):
            return _names(inner)
        case Joined(parts):
            return [name for each in parts for name in _names(each)]


def _holds(part: Precondition, signals: Mapping[str, Signal]) -> bool | None:
    """None where nobody knows."""
    match part:
        case Compares(signal, sign, operand):
            value = signals.get(signal)
            return None if type(value) is not type(operand) else _ORDERS[sign](value, operand)
        case Not(inner):
            held = _holds(inner, signals)
            return None if held is None else not held
        case Joined(parts, any_):
            found = [_holds(each, signals) for each in parts]
            return any_ if any_ in found else None if None in found else not any_


class _Reader:
    """Tokens one by one, each with its place; the last is the end."""

    def __init__(self, text: str, element: str) -> None:
        self._text, self._element, self._at, self.depth = text, element, 0, 0
        self.kind: Literal["text", "word", "sign", "strange", "end"]
        self.token = ""
        self.take()

    def take(self) -> str:
        """The token that was ahead; the next one is ahead then."""
        taken = self.token
        self._at += len(taken)
        rest = self._text[self._at :]
        self._at += len(rest) - len(rest.lstrip())
        found = _TOKEN.match(self._text, self._at)
        if found is not None:
            self.kind, self.token = "text" if found["text"] else "word" if found["word"] else "sign", found.group()
        else:
            self.token = self._text[self._at : self._at + 1]
            self.kind = "strange" if self.token else "end"
        return taken

    def refuse(self, expected: str) -> NoReturn:
        raise Invalid(
            f"the precondition does not parse at position {self._at + 1}",
            element=self._element,
            expected=expected,
            got="the end" if self.kind == "end" else self.token,
        )


def _any(reader: _Reader) -> Precondition:
    return _joined(reader, "or", _all)


def _all(reader: _Reader) -> Precondition:
    return _joined(reader, "and", _one)


def _joined(reader: _Reader, word: str, part: Callable[[_Reader], Precondition]) -> Precondition:
    parts = [part(reader)]
    while reader.token == word:
        reader.take()
        parts.append(part(reader))
    return parts[0] if len(parts) == 1 else Joined(tuple(parts), any=word == "or")


def _one(reader: _Reader) -> Precondition:
    if reader.token in ("not", "("):
        if reader.depth == DEEPEST:
            reader.refuse(f"at most {DEEPEST} within each other")
        reader.depth += 1
        found = Not(_one(reader)) if reader.take() == "not" else _enclosed(reader)
        reader.depth -= 1
        return found
    if reader.kind != "word" or reader.token in _WORDS or not _NAME.fullmatch(reader.token):
        reader.refuse("a signal's name, not, or (")
    name = reader.take()
    if reader.token not in _ORDERS:
        return Compares(name, "==", True)
    return Compares(name, reader.take(), _literal(reader))


def _enclosed(reader: _Reader) -> Precondition:
    found = _any(reader)
    if reader.token != ")":
        reader.refuse("and, or, or )")
    reader.take()
    return found


def _literal(reader: _Reader) -> Signal:
    if reader.kind == "text":
        return reader.take()[1:-1]
    value = parse_signal(reader.token)
    if isinstance(value, str):
        reader.refuse('a number, true, false, or a text as "off"')
    reader.take()
    return value
