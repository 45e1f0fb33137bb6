"""Versions and ranges of them. Sources: SemVer 2.0.0; the range grammar of a Deployment Bundle's `dependencies`."""

import re
from typing import Literal

import msgspec

from aosedge.model.errors import Invalid, TooLarge

LONGEST = 32
"""Characters of a version; real Units keep no more."""

_FORM = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?",
    re.ASCII,
)
_COMPARATOR = re.compile(r"\s*(==|!=|>=|<=|>|<|=|)\s*(\S+)\s*")

Operator = Literal["==", "!=", ">=", "<=", ">", "<"]
_OPERATORS: dict[str, Operator] = {
    "": "==", "=": "==", "==": "==", "!=": "!=", ">=": ">=", "<=": "<=", ">": ">", "<": "<",
}  # fmt: skip


class Version(msgspec.Struct, frozen=True, eq=False):
    """A semantic version, ordered by precedence: build metadata neither orders nor tells apart."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()
    build: str = ""

    def __str__(self) -> str:
        pre = f"-{'.'.join(self.prerelease)}" if self.prerelease else ""
        build = f"+{self.build}" if self.build else ""
        return f"{self.major}.{self.minor}.{self.patch}{pre}{build}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: "Version") -> bool:
        return self._key() < other._key()

    def __le__(self, other: "Version") -> bool:
        return self._key() <= other._key()

    def __gt__(self, other: "Version") -> bool:
        return other < self

    def __ge__(self, other: "Version") -> bool:
        return other <= self

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
        # a number is before a word, a shorter list before a longer one, a pre-release before its release
        pre = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in self.prerelease)
        return (self.major, self.minor, self.patch, not self.prerelease, pre)


class Comparator(msgspec.Struct, frozen=True):
    """One condition of a range."""

    operator: Operator
    version: Version

    def holds(self, version: Version) -> bool:
        """Whether the version meets the condition."""
        match self.operator:
            case "==":
                return version == self.version
            case "!=":
                return version != self.version
            case ">=":
                return version >= self.version
            case "<=":
                return version <= self.version
            case ">":
                return version > self.version
            case "<":
                return version < self.version


class Range(msgspec.Struct, frozen=True):
    """Versions that meet every comparator; none means any version."""

    comparators: tuple[Comparator, ...] = ()
    prereleases: bool = False

    def __contains__(self, version: Version) -> bool:
        """A pre-release is in only where the range says so, or names that very version with `==`."""
        named = any(part.operator == "==" and part.version == version for part in self.comparators)
        if version.prerelease and not (self.prereleases or named):
            return False
        return all(part.holds(version) for part in self.comparators)


def parse_version(text: str, element: str = "version") -> Version:
    """The text as a version; raises Invalid, naming `element`."""
    if len(text) > LONGEST:
        raise TooLarge(
            "the version is too long", element=element, expected=f"at most {LONGEST} characters", got=text[:40]
        )
    found = _FORM.fullmatch(text)
    if not found:
        raise Invalid(
            "not a semantic version",
            element=element,
            expected="MAJOR.MINOR.PATCH, as in 1.2.0 or 2.0.0-rc.1",
            got=text,
        )
    major, minor, patch, pre, build = found.groups()
    return Version(int(major), int(minor), int(patch), tuple(pre.split(".")) if pre else (), build or "")


def parse_range(text: str, prereleases: bool = False, element: str = "versions") -> Range:
    """`>=1.0.0,<2.0.0`, `1.2.3` (that version alone), `!=`, `==`, or `*`; raises Invalid, naming `element`."""
    if text.strip() == "*":
        return Range(prereleases=prereleases)
    comparators = []
    for part in text.split(","):
        found = _COMPARATOR.fullmatch(part)
        if not found:
            raise Invalid("not a version range", element=element, expected="as in >=1.0.0,<2.0.0", got=text[:80])
        sign, version = found.groups()
        comparators.append(Comparator(_OPERATORS[sign], parse_version(version, element)))
    return Range(tuple(comparators), prereleases)
