"""Dossiers of campaigns, to be kept and judged without a cloud."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import IO, Annotated, Final, Literal, TypeAlias

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.usecases.dossiers import Dossiers
from aosedge.model.ids import CampaignId

Format = Literal["json", "pdf"]
Kind: TypeAlias = Annotated[Format, QueryParameter(name="format")]
_END: Final = b""


@get(
    "/campaigns/{id:str}/dossier/",
    operation_id="campaigns_dossier",
    tags=["campaigns"],
    media_type="application/json",
)
async def read(ask: Asked, dossiers_: NamedDependency[Dossiers], id: Name, in_format: Kind = "json") -> Stream:
    """What a campaign was for, who approved it, what each Unit ran before and after, and what became of each.

    As PDF it is summed up, naming the digest of the JSON. Either is signed by the installation, and
    `aos dossier verify` judges it without a cloud. The audit trail says who took it.
    """
    write = dossiers_.write if in_format == "json" else dossiers_.write_pages
    written = await ask.read(lambda session: write(session, CampaignId(id)))
    made = dossiers_.signed(written, ask.caller.now)
    try:
        await ask.taken(made.campaign)
    except BaseException:
        made.file.close()
        raise
    headers = {
        "content-disposition": f'attachment; filename="{made.filename}"',
        "content-length": str(made.size),
        "cache-control": "no-store",
    }
    return Stream(_pieces(made.file, made.pieces()), media_type=made.media, headers=headers)


async def _pieces(file: IO[bytes], pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read beside the loop."""
    try:
        while piece := await asyncio.to_thread(next, pieces, _END):
            yield piece
    finally:
        file.close()
