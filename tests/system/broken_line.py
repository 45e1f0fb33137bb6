"""A line between two ends that can be slow, and can break in the middle of what comes and stay broken."""

import asyncio
import re
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Literal

State = Literal["whole", "resets", "silent"]
_PART_BYTES = 16 * 1024
_RANGE = re.compile(rb"^Range: bytes=(\d+)-", re.MULTILINE)


class Line:
    """Leads connections on to a port. Once so many bytes came it breaks as `breaks` says, till it is mended."""

    def __init__(self, to_port: int, *, breaks: State, after_bytes: int, bytes_per_second: int) -> None:
        self._to, self._breaks, self._after = to_port, breaks, after_bytes
        self._rate = bytes_per_second
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._whole = asyncio.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.came = 0
        self.offsets: list[int] = []
        """Where the parts begin that were asked for."""

    @property
    def state(self) -> State:
        return "whole" if self._whole.is_set() or self.came < self._after else self._breaks

    def mend(self) -> None:
        self._loop.call_soon_threadsafe(self._whole.set)

    def __enter__(self) -> "Line":
        self._thread.start()
        serving = asyncio.start_server(self._lead, sock=self._listener)
        asyncio.run_coroutine_threadsafe(serving, self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        leading = asyncio.all_tasks() - {asyncio.current_task()}
        self._listener.close()
        for task in leading:
            task.cancel()
        await asyncio.gather(*leading, return_exceptions=True)
        await asyncio.sleep(0.1)  # a transport that is closed says so in the loop's next round

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                await self._led(reader, writer)
            finally:
                writer.close()

    async def _led(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if self.state != "whole":
            await self._broken(writer)
            return
        found = _RANGE.search(request)
        self.offsets.append(int(found[1]) if found else 0)
        from_there, to_there = await asyncio.open_connection("127.0.0.1", self._to)
        to_there.write(request)
        try:
            while self.state == "whole" and (part := await from_there.read(_PART_BYTES)):
                writer.write(part)
                self.came += len(part)
                await writer.drain()
                await asyncio.sleep(len(part) / self._rate)
            if self.state != "whole":
                await self._broken(writer)
        finally:
            to_there.close()

    async def _broken(self, writer: asyncio.StreamWriter) -> None:
        if self.state == "resets":
            wire: socket.socket = writer.get_extra_info("socket")
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return
        await self._whole.wait()
