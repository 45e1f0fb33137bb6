"""TLS to the cloud with a key in a token, which Python's TLS cannot use: by a process of stunnel for each connection.

The process has one end of a socket pair, so nobody else can speak through it, and ends with the connection. What it
has to know, the token's PIN included, it reads from memory: nothing lies in a file or among its arguments.
"""

import asyncio
import os
import re
import shutil
import socket
import ssl
from contextlib import ExitStack
from typing import Final, TypeAlias

from aosedge.core.token_uris import Token, parse
from aosedge.model.errors import Unavailable

PROGRAMS: Final = ("stunnel", "stunnel4")
_LOG_MOST: Final = 64 * 1024
_TOLD: Final = re.compile(r"(?:\[!\]|\S+ \S+ LOG[34]\[\w+\]:) (.*)")
_NOISE: Final = (
    "invalid id",
    "TIMEOUTclose",
    "No more addr",
    "No such file",
    "Configuration failed",
    "Inetd",
    "error queue",
    "Unhandled",
)
_WRONG_PIN: Final = "PIN incorrect"


class Tunnel:
    """Who the Unit is and whom it trusts. Verifies the server as `trust.tls` does: TLS 1.3, these roots, its name."""

    def __init__(self, roots_pem: str, chain_pem: str, key: str) -> None:
        """Raises Invalid for a key that is not in a token."""
        self._log = os.memfd_create("stunnel-log", os.MFD_CLOEXEC)
        self._roots, self._chain, self._token = roots_pem, chain_pem, parse(key)
        self._pin = self._refused = ""

    def __del__(self) -> None:
        os.close(self._log)

    async def open(self, host: str, port: int) -> socket.socket:
        """One connection, in the clear on this side. What is wrong with TLS shows as its end, and in `words`.

        Raises Unavailable without the program or with a PIN that was refused before: a token locks itself after some.
        Raises Invalid without a PIN.
        """
        if _WRONG_PIN in self._said():
            self._refused = self._pin
        self._pin = self._token.pin()
        if self._pin == self._refused:
            raise Unavailable("the token refuses the PIN", cure=f"put the right one into {self._token.pin_file}")
        program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
        if program is None:
            cure = "install stunnel and the PKCS#11 engine of OpenSSL (Debian: stunnel4 libengine-pkcs11-openssl)"
            raise Unavailable("keys in a token need stunnel for TLS", cure=cure)
        os.ftruncate(self._log, 0)
        os.lseek(self._log, 0, os.SEEK_SET)
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            with theirs, ExitStack() as closing:
                roots, chain = (_readable(text, closing) for text in (self._roots, self._chain))
                told = _readable(_settings(self._token, self._pin, host, port, roots, chain), closing)
                await asyncio.create_subprocess_exec(
                    program,
                    "-fd",
                    str(told),
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=self._log,
                    pass_fds=(roots, chain, told),
                    start_new_session=True,
                )
        except BaseException:
            ours.close()
            raise
        return ours

    def words(self) -> str:
        """What was wrong with the last connection, if its process said so."""
        told = [match.group(1) for line in self._said().splitlines() if (match := _TOLD.match(line))]
        return next((words for words in reversed(told) if not any(noise in words for noise in _NOISE)), "")

    def _said(self) -> str:
        """Some of it is the PIN: never to be handed out whole."""
        return os.pread(self._log, _LOG_MOST, 0).decode(errors="replace")


Way: TypeAlias = ssl.SSLContext | Tunnel
"""How to reach the cloud."""


def _readable(text: str, closing: ExitStack) -> int:
    descriptor = os.memfd_create("stunnel", os.MFD_CLOEXEC)
    closing.callback(os.close, descriptor)
    os.write(descriptor, text.encode())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _settings(token: Token, pin: str, host: str, port: int, roots: int, chain: int) -> str:
    check = "checkIP" if host.replace(".", "").isdecimal() or ":" in host else "checkHost"
    return f"""foreground = yes
syslog = no
debug = 4
pid =
engine = pkcs11
engineCtrl = MODULE_PATH:{token.module}
engineCtrl = PIN:{pin}
client = yes
connect = {f"[{host}]" if ":" in host else host}:{port}
engineId = pkcs11
key = {token.object_uri()};type=private
cert = /proc/self/fd/{chain}
CAfile = /proc/self/fd/{roots}
verifyChain = yes
{check} = {host}
{"" if check == "checkIP" else f"sni = {host}"}
sslVersionMin = TLSv1.3
TIMEOUTconnect = 10
TIMEOUTclose = 0
"""
