"""Taking the ports, before anything else starts: a taken one is named with the setting that moves it."""

import errno
import os
import socket

from aosedge.cloud.settings import Settings, variable
from aosedge.model.errors import Conflict, Invalid

BACKLOG = 2048


def listen(settings: Settings, setting: str) -> socket.socket:
    """A listening socket for the port named by `setting`; raises Conflict if it is taken, Invalid if not ours."""
    port = getattr(settings, setting)
    family = socket.AF_INET6 if ":" in settings.listen_host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.listen_host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(f"port {port} is taken", element=setting, cure=f"set {variable(setting)}") from error
        raise Invalid(
            f"cannot listen on {settings.listen_host}:{port}",
            element=setting,
            got=os.strerror(error.errno or 0),
            cure=f"set {variable('host')} or {variable(setting)}",
        ) from error
    listener.setblocking(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """The port it really has, where the setting was 0."""
    port: int = listener.getsockname()[1]
    return port
