"""The console's files: what `console/` was built to, served at `/` beside the API.

Files below `assets/` have their hash in the name and may be kept for ever. Any other path without a file is a view of
the console, which its router knows: it gets the page itself.
"""

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from litestar.types import HTTPScope, Send

FOLDER: Final = Path(__file__).parents[1] / "console"
"""Where the build puts them; not there in a source tree that was not built."""
API: Final = "/api/"
PAGE: Final = "/index.html"
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style, nothing from elsewhere, in nobody's frame."""
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".woff2": "font/woff2",
}
_PACKED: Final = frozenset((".html", ".js", ".css", ".svg"))
_ALWAYS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class File(msgspec.Struct, frozen=True):
    """One file: as it is, and compressed where that helps; `kept` says that its name changes with its content."""

    type: str
    plain: bytes
    packed: bytes | None
    tag: str
    kept: bool


def read_file(path: Path, *, kept: bool) -> File:
    """A file of the build."""
    plain = path.read_bytes()
    packed = gzip.compress(plain, 6, mtime=0) if path.suffix in _PACKED else None
    kind = _TYPES.get(path.suffix, "application/octet-stream")
    return File(kind, plain, packed, f'"{hashlib.sha256(plain).hexdigest()[:32]}"', kept)


class ConsoleFiles:
    """What was built, in memory: a few files of a few hundred kilobytes, but for fonts."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()] if folder.is_dir() else []
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": read_file(path, kept=path.parent.name == "assets")
            for path in paths
        }

    @property
    def built(self) -> bool:
        """Whether there is a console to serve."""
        return PAGE in self._files

    def takes(self, scope: HTTPScope) -> bool:
        """Whether the request is for the console: a read of whatever is not the API's."""
        return self.built and scope["method"] in ("GET", "HEAD") and not f"{scope['path']}/".startswith(API)

    def find(self, path: str) -> File | None:
        """The file, or the page for a view of it; None for a file that is not there."""
        if path.startswith("/assets/"):
            return self._files.get(path)
        return self._files.get(path, self._files[PAGE])

    async def serve(self, scope: HTTPScope, send: Send) -> None:
        """Answer a request that `takes` said yes to."""
        headers = dict(scope["headers"])
        file = self.find(scope["path"])
        if file is None:
            await _answer(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"there is no such file\n")
            return
        fields = [
            (b"content-type", file.type.encode()),
            (b"etag", file.tag.encode()),
            (b"cache-control", b"public, max-age=31536000, immutable" if file.kept else b"no-cache"),
            (b"vary", b"accept-encoding"),
        ]
        if file.tag.encode() in (tag.strip() for tag in headers.get(b"if-none-match", b"").split(b",")):
            await _answer(send, 304, fields, b"")
            return
        body = file.plain
        if file.packed is not None and b"gzip" in headers.get(b"accept-encoding", b""):
            body = file.packed
            fields.append((b"content-encoding", b"gzip"))
        fields.append((b"content-length", str(len(body)).encode()))
        await _answer(send, 200, fields, b"" if scope["method"] == "HEAD" else body)


async def _answer(send: Send, status: int, fields: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*fields, *_ALWAYS]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
