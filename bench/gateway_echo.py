"""The bare echo server that the gateway is measured against: the same library, sockets and TLS, nothing else."""

import asyncio
import socket
import ssl
import sys
from pathlib import Path

import uvloop

from aosedge.cloud.gateway.channel import Connection, Limits, Opening, picows_door, websockets_door


class Echo:
    """Sends back what comes."""

    def on_open(self, connection: Connection) -> None:
        self._connection = connection

    def on_message(self, message: bytes) -> None:
        self._connection.send(message)

    def on_text(self) -> None:
        pass

    def on_close(self) -> None:
        pass


async def main(library: str, identity: Path, root: Path) -> None:
    """Serve until stdin ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(identity)
    context.load_verify_locations(root)
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener.setblocking(False)

    def accept(opening: Opening) -> Echo:
        return Echo()

    listen = picows_door.listen if library == "picows" else websockets_door.listen
    door = await listen(accept, listener, context, Limits())
    sys.stdout.write(f"{door.port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await door.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
