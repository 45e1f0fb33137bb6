"""Subjects join Units and items."""

from typing import Literal

import msgspec

from aosedge.model.ids import OrgId, SubjectId
from aosedge.model.instants import Instant

SubjectKind = Literal["group", "user"]


class Subject(msgspec.Struct, frozen=True):
    """`group`: many Units, state stays local. `user`: state follows the subject."""

    id: SubjectId
    tenant: OrgId
    title: str
    kind: SubjectKind
    created_at: Instant
