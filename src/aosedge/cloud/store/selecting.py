"""Selectors as SQL.

Beside its text, a label is kept as a number and as a key that sorts as semantic versions do, so that a comparison is
one condition on a column in either database.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, select

from aosedge.cloud.domain.selectors import Among, Compares, Exists, Requirement, Selector
from aosedge.cloud.store.set_tables import unit_labels
from aosedge.cloud.store.tables import units
from aosedge.model.versions import Version

_RELEASE: Final = "3"
_WORD, _NUMBER, _END = "2", "1", "0"
_WORD_ENDS: Final = "!"  # before every character that a word may have


def order_key(version: Version) -> str:
    """A text that sorts, by its characters, as the version does by precedence; build metadata has no part in it."""
    numbers = "".join(_counted(str(number)) for number in (version.major, version.minor, version.patch))
    if not version.prerelease:
        return numbers + _RELEASE
    parts = (_NUMBER + _counted(p) if p.isdigit() else _WORD + p + _WORD_ENDS for p in version.prerelease)
    return numbers + "".join(parts) + _END


def _counted(digits: str) -> str:
    """Digits after how many they are: more digits are a larger number."""
    return f"{len(digits):02d}{digits}"


def selected(query: Select[Any], selector: Selector) -> Select[Any]:
    """The query over `units` with the selector applied: `domain.selectors.matches` as SQL."""
    return query.where(and_(*map(_condition, selector.requirements)))


def _condition(requirement: Requirement) -> ColumnElement[bool]:
    labelled = select(unit_labels.c.unit).where(unit_labels.c.name == requirement.name)
    match requirement:
        case Exists(negated=negated):
            pass
        case Among(values=values, negated=negated):
            labelled = labelled.where(unit_labels.c.value.in_(values))
        case Compares():
            negated, labelled = False, labelled.where(_comparison(requirement))
    return units.c.id.not_in(labelled) if negated else units.c.id.in_(labelled)


def _comparison(requirement: Compares) -> ColumnElement[bool]:
    column: ColumnElement[Any]
    operand: int | str
    if isinstance(requirement.operand, int):
        column, operand = unit_labels.c.number, requirement.operand
    else:
        column, operand = unit_labels.c.version_key, order_key(requirement.operand)
    return column.bool_op(requirement.sign)(operand)
