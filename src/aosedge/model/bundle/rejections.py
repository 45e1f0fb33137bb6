"""Why a Deployment Bundle is not taken."""

import msgspec

from aosedge.model.errors import AosError, Invalid


class Rejection(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a bundle is not taken: which item (empty: the bundle itself), which field or file, and the reason."""

    item: str
    field: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.item, self.field, self.reason) if part)


class Rejected(Invalid):
    """A bundle that is not taken, with every reason that was found."""

    def __init__(self, rejections: tuple[Rejection, ...]) -> None:
        super().__init__("; ".join(map(str, rejections)))
        self.rejections = rejections


def rejection(error: AosError, item: str = "") -> Rejection:
    """The error as a reason to reject."""
    field, error.element = error.element, ""
    reason = str(error)
    error.element = field
    return Rejection(item, field, reason)
