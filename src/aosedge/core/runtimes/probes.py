"""Health probes over the network, from the node to the instance's address."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aosedge.core.ports import ProbeResult
from aosedge.model.oci import HealthCheck

_STATUS_LINE_MOST = 1024


async def probe_network(check: HealthCheck, address: str) -> ProbeResult:
    """One `http` or `tcp` probe within the check's timeout: 2xx and 3xx are healthy, or a port that accepts."""
    where = f"{address}:{check.port}"
    try:
        async with (
            asyncio.timeout(check.timeout.total_seconds()),
            _connection(address, check.port) as (reader, writer),
        ):
            if check.type == "tcp":
                return ProbeResult(True)
            path = check.path if check.path.startswith("/") else f"/{check.path}"
            head = f"GET {path} HTTP/1.1\r\nHost: {where}\r\nUser-Agent: aoscore\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            await writer.drain()
            line = await reader.readuntil(b"\n")
    except TimeoutError:
        return ProbeResult(False, f"{check.type} {where}: no answer within {check.timeout.total_seconds():g} s")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return ProbeResult(False, f"http {where}: it answers with something else than HTTP")
    except OSError as error:
        return ProbeResult(False, f"{check.type} {where}: {error.strerror or error}")
    return _judge(line, f"http {where}{path}")


@contextlib.asynccontextmanager
async def _connection(address: str, port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(address, port, limit=_STATUS_LINE_MOST)
    try:
        yield reader, writer
    finally:
        writer.close()


def _judge(line: bytes, what: str) -> ProbeResult:
    words = line.decode("latin-1").split()
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdecimal():
        return ProbeResult(False, f"{what}: it answers with something else than HTTP")
    healthy = 200 <= int(words[1]) < 400
    return ProbeResult(healthy, "" if healthy else f"{what}: {' '.join(words[1:])[:80]}")
