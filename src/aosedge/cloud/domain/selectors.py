"""Label selectors: which Units, by what their labels say.

    selector    = requirement { "," requirement }            all of them hold
    requirement = name | "!" name                            there is such a label; there is none
                | name ("=" | "==" | "!=") value             as text
                | name ("in" | "notin") "(" value { "," value } ")"
                | name ("<" | "<=" | ">" | ">=") (version | number)

`!=` and `notin` hold where there is no such label, too, as in Kubernetes. A comparison holds only where the label is
of the operand's kind: against a version, semantic versions by their precedence; against a number, numbers.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NoReturn, get_args

import msgspec

from aosedge.cloud.domain.labels import NAME_RULE, VALUE_RULE, is_name, is_value, number_of, version_of
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.versions import Version

LONGEST: Final = 1000
"""Characters of a selector."""
REQUIREMENTS_MOST: Final = 32
VALUES_MOST: Final = 64
"""Values of one `in` or `notin`."""

Sign = Literal["<", "<=", ">", ">="]
_SIGNS: Final[tuple[Sign, ...]] = get_args(Sign)
_ORDERS: Final[dict[Sign, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TOKEN: Final = re.compile(r"(?P<word>[A-Za-z0-9._+:/-]+)|(?P<sign>==|!=|>=|<=|[=!<>(),])", re.ASCII)


class Exists(msgspec.Struct, frozen=True):
    """There is such a label; `negated`: there is none."""

    name: str
    negated: bool = False


class Among(msgspec.Struct, frozen=True):
    """The label has one of these values; `negated`: it has none of them, or there is no such label."""

    name: str
    values: tuple[str, ...]
    negated: bool = False


class Compares(msgspec.Struct, frozen=True):
    """The label is a version, or a number in thousandths, on this side of the operand."""

    name: str
    sign: Sign
    operand: Version | int


Requirement = Exists | Among | Compares


class Selector(msgspec.Struct, frozen=True):
    """Requirements that all hold."""

    requirements: tuple[Requirement, ...]


def matches(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether a Unit with these labels is selected: the rule that the store runs as SQL."""
    return all(_holds(requirement, labels.get(requirement.name)) for requirement in selector.requirements)


def _holds(requirement: Requirement, value: str | None) -> bool:
    if isinstance(requirement, Exists):
        return (value is not None) is not requirement.negated
    if isinstance(requirement, Among):
        return (value in requirement.values) is not requirement.negated
    if value is None:
        return False
    found = number_of(value) if isinstance(requirement.operand, int) else version_of(value)
    return found is not None and _ORDERS[requirement.sign](found, requirement.operand)


def parse_selector(text: str, element: str = "selector") -> Selector:
    """The text as a selector; raises Invalid with the position, from 1, of what is wrong, and what was expected."""
    if len(text) > LONGEST:
        expected = f"at most {LONGEST} characters"
        raise TooLarge("the selector is too long", element=element, expected=expected, got=str(len(text)))
    reader = _Reader(text, element)
    requirements = [_requirement(reader)]
    while reader.ahead.text == ",":
        reader.take()
        requirements.append(_requirement(reader))
    if reader.ahead.kind != "end":
        reader.refuse("a comma or the end")
    if len(requirements) > REQUIREMENTS_MOST:
        expected = f"at most {REQUIREMENTS_MOST} requirements"
        raise TooLarge("the selector is too long", element=element, expected=expected, got=str(len(requirements)))
    return Selector(tuple(requirements))


class _Token(msgspec.Struct, frozen=True):
    kind: Literal["word", "sign", "strange", "end"]
    text: str
    position: int


class _Reader:
    """Tokens one by one; the last is the end."""

    def __init__(self, text: str, element: str) -> None:
        self._element = element
        self._tokens = _tokens(text)
        self._at = 0

    @property
    def ahead(self) -> _Token:
        return self._tokens[self._at]

    def take(self) -> _Token:
        token = self.ahead
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def name(self) -> str:
        """The label's name that is ahead."""
        if self.ahead.kind != "word":
            self.refuse("a label's name")
        if not is_name(self.ahead.text):
            self.refuse(f"a label's name: {NAME_RULE}")
        return self.take().text

    def value(self) -> str:
        """The value that is ahead."""
        if self.ahead.kind != "word":
            self.refuse("a value")
        if not is_value(self.ahead.text):
            self.refuse(f"a value: {VALUE_RULE}")
        return self.take().text

    def refuse(self, expected: str) -> NoReturn:
        token = self.ahead
        raise Invalid(
            f"the selector does not parse at position {token.position}",
            element=self._element,
            expected=expected,
            got="the end" if token.kind == "end" else token.text,
        )


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _TOKEN.match(text, at)
        if token is None:
            found.append(_Token("strange", text[at], at + 1))
            at += 1
        else:
            found.append(_Token("word" if token["word"] else "sign", token.group(), at + 1))
            at = token.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _requirement(reader: _Reader) -> Requirement:
    if reader.ahead.text == "!":
        reader.take()
        return Exists(reader.name(), negated=True)
    name, sign = reader.name(), reader.ahead.text
    if sign in ("=", "==", "!="):
        reader.take()
        return Among(name, (reader.value(),), negated=sign == "!=")
    if sign in ("in", "notin"):
        reader.take()
        return Among(name, _values(reader), negated=sign == "notin")
    for order in _SIGNS:
        if sign == order:
            reader.take()
            return Compares(name, order, _operand(reader))
    if reader.ahead.kind != "end" and sign != ",":
        reader.refuse("=, !=, in, notin, <, <=, >, >=, a comma or the end")
    return Exists(name)


def _values(reader: _Reader) -> tuple[str, ...]:
    if reader.ahead.text != "(":
        reader.refuse("( and values")
    reader.take()
    values = [reader.value()]
    while reader.ahead.text == ",":
        reader.take()
        if len(values) == VALUES_MOST:
            reader.refuse(f"at most {VALUES_MOST} values")
        values.append(reader.value())
    if reader.ahead.text != ")":
        reader.refuse("a comma or )")
    reader.take()
    return tuple(values)


def _operand(reader: _Reader) -> Version | int:
    word = reader.ahead.text
    operand = version_of(word)
    found = number_of(word) if operand is None else operand
    if found is None:
        reader.refuse("a version, as in 1.2.0, or a number, as in 512 or 0.5")
    reader.take()
    return found
