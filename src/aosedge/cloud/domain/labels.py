"""Labels of Units: names and values that people give, for selectors to find Units by.

A value is text; where it reads as a number or a version it can be compared as one, too.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.versions import LONGEST as VERSION_LONGEST
from aosedge.model.versions import Version, parse_version
from aosedge.model.windows import zone_named

LABELS_MOST: Final = 64
"""Of one Unit."""
LONGEST: Final = 63
"""Characters of a name, and of a value."""
ZONE: Final = "timezone"
"""The label of a Unit that names its time zone, as Europe/Berlin; without it that of its fleet counts."""
THOUSANDTHS: Final = 1000
"""What a number is counted in, so that it is exact in every database."""

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_VALUE: Final = re.compile(r"[A-Za-z0-9._+:/-]+", re.ASCII)
_NUMBER: Final = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,3}))?", re.ASCII)
NAME_RULE: Final = f"1 to {LONGEST} letters, digits and . _ - within"
VALUE_RULE: Final = f"1 to {LONGEST} letters, digits and . _ + : / -"


class Change(msgspec.Struct, frozen=True):
    """Labels to set and labels to remove, all at once; to remove what is not there is no error."""

    set: Mapping[str, str] = {}
    remove: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`fw=1.2.0 site-`, as people type it."""
        return " ".join(
            [*(f"{name}={value}" for name, value in sorted(self.set.items())), *(f"{name}-" for name in self.remove)]
        )


def is_name(text: str) -> bool:
    """Whether this may be a label's name."""
    return len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def is_value(text: str) -> bool:
    """Whether this may be a label's value."""
    return len(text) <= LONGEST and _VALUE.fullmatch(text) is not None


def changed(labels: Mapping[str, str], change: Change) -> dict[str, str]:
    """The labels after the change; raises Invalid naming the label, TooLarge where they become too many."""
    for name, value in change.set.items():
        _check_name(name, "set")
        if not is_value(value):
            raise Invalid("not a label's value", element=f"set.{name}", expected=VALUE_RULE, got=value[:LONGEST])
        if name == ZONE:
            zone_named(value, f"set.{ZONE}")
    for name in change.remove:
        _check_name(name, "remove")
        if name in change.set:
            raise Invalid("the label is set and removed at once", element="remove", got=name)
    left = {name: value for name, value in labels.items() if name not in change.remove}
    left = dict(sorted((left | dict(change.set)).items()))
    if len(left) > LABELS_MOST:
        raise TooLarge("too many labels", element="set", expected=f"at most {LABELS_MOST}", got=str(len(left)))
    return left


def number_of(text: str) -> int | None:
    """The text as a number, in thousandths; None if it is none."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, whole, part = found.groups()
    count = int(whole) * THOUSANDTHS + int((part or "").ljust(3, "0"))
    return -count if sign else count


def version_of(text: str) -> Version | None:
    """The text as a semantic version; None if it is none."""
    if len(text) > VERSION_LONGEST:
        return None
    try:
        return parse_version(text)
    except Invalid:
        return None


def _check_name(name: str, element: str) -> None:
    if not is_name(name):
        raise Invalid("not a label's name", element=element, expected=NAME_RULE, got=name[:LONGEST])
