"""What instances wrote, as the parts of an answer to `requestLog`."""

import base64
import gzip
from collections.abc import Iterable

from aosedge.core.domain.alerts import error
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.ports import Runtime
from aosedge.model.errors import AosError
from aosedge.protocol.messages import PushLog, RequestLog
from aosedge.protocol.messages.from_cloud import LogFilter
from aosedge.protocol.messages.parts import Identity

PART_BYTES = 256 * 1024
"""Bytes of log in one part, before compression."""
INSTANCE_BYTES_MOST = 2 * 1024 * 1024


async def parts(
    correlation_id: str, request: RequestLog, node: str, specs: Iterable[InstanceSpec], runtime: Runtime
) -> list[PushLog]:
    """The answer: one part at least. Only instance logs are kept here; others are `absent`."""
    here = Identity(codename=node)
    wanted = request.filter
    if wanted.node_ids and node not in wanted.node_ids:
        return []
    if request.log_type != "instanceLog":
        return [PushLog(correlation_id=correlation_id, node=here, part=1, parts_count=1, status="absent")]
    try:
        text = b"".join([await _of(spec, runtime) for spec in specs if _matches(wanted, spec.key)])
    except (AosError, OSError) as problem:
        return [
            PushLog(
                correlation_id=correlation_id,
                node=here,
                part=1,
                parts_count=1,
                status="error",
                error_info=error(str(problem)),
            )
        ]
    cut = [text[at : at + PART_BYTES] for at in range(0, len(text), PART_BYTES)] or [b""]
    return [
        PushLog(
            correlation_id=correlation_id,
            node=here,
            part=number,
            parts_count=len(cut),
            status="ok" if part else "empty",
            content=base64.b64encode(gzip.compress(part)).decode() if part else "",
        )
        for number, part in enumerate(cut, 1)
    ]


async def _of(spec: InstanceSpec, runtime: Runtime) -> bytes:
    return await runtime.logs(spec.key, INSTANCE_BYTES_MOST)


def _matches(wanted: LogFilter, key: InstanceKey) -> bool:
    return (
        (wanted.item is None or wanted.item.id == key.item)
        and (wanted.subject is None or wanted.subject.id == key.subject)
        and (wanted.instance is None or wanted.instance == key.number)
    )
