"""The client of the public API, and of nothing else. On the standard library: httpx would cost 230 ms a command."""

import json
import os
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from socket import gaierror
from typing import Any, BinaryIO, Final
from urllib.parse import quote, urlencode, urlsplit

from aosedge.model.errors import (
    AosError,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Untrusted,
)

API: Final = "/api/v11/"
TIMEOUT_S: Final = 30
PAGE: Final = 500
SENT_MOST: Final = 3
"""Times that a command is sent whose answer is lost."""
AGAIN_S: Final = 1
_PART: Final = 256 * 1024
_KINDS: Final[dict[str, type[AosError]]] = {
    kind.kind: kind for kind in (Invalid, Untrusted, TooLarge, Unauthenticated, NotAllowed, Conflict)
}

View = dict[str, Any]
"""A view of the API as it came: the field names are those of openapi/aoscloud.json."""


class Answered(AosError):
    """An error that the server worded; its fields are kept."""

    def __init__(self, view: Mapping[str, Any], status: int) -> None:
        super().__init__(
            str(view.get("message") or f"HTTP {status}"),
            element=str(view.get("element", "")),
            expected=str(view.get("expected", "")),
            got=str(view.get("got", "")),
            cure=str(view.get("cure", "")),
        )
        self.server_kind = str(view.get("kind") or "failed")
        self.operation = str(view.get("operation", ""))
        self.request_id = str(view.get("request_id", ""))
        self.status = status

    def __str__(self) -> str:
        return self.message  # a whole sentence already


class Lost(Unavailable):
    """The line broke: whether what was asked for was done is not known."""


class Client:
    """One person's connection to one AosCloud."""

    def __init__(self, url: str, tls: ssl.SSLContext, token: str = "", *, scheme: str = "Bearer") -> None:
        self._who = {"authorization": f"{scheme} {token}"} if token else {}
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise Invalid("not the address of an AosCloud", element="--url", expected="https://host:10000", got=url)
        self.url = url.rstrip("/")
        self._host, self._port, self._tls = parts.hostname, parts.port or 10000, tls
        self._connection: HTTPSConnection | None = None

    def get(self, path: str, **query: object) -> View:
        """One object."""
        asked = {name: value for name, value in query.items() if value is not None}
        view: View = self._json("GET", path + ("?" + urlencode(asked) if asked else ""))
        return view

    def text(self, path: str) -> str:
        """Something that is no JSON."""
        return self.content(path).decode(errors="replace")

    def content(self, path: str) -> bytes:
        """Something that is no text."""
        return self._content(self._send("GET", path, None, {"accept": "*/*"}))

    def save(self, path: str, into: BinaryIO) -> int:
        """Something large, part by part; how many bytes. Raises Unavailable where it broke off."""
        answer = self._send("GET", path, None, {"accept": "*/*"})
        if answer.status >= 400:
            self._content(answer)  # raises what the server said
        expected, came = answer.length, 0
        try:
            while part := answer.read(_PART):
                into.write(part)
                came += len(part)
        except (OSError, HTTPException) as error:
            raise Unavailable(f"the connection to {self.url} was lost: {error}") from error
        if expected is not None and came != expected:
            raise Unavailable(f"the connection to {self.url} was lost after {came} of {expected} bytes")
        return came

    def every(self, path: str, **query: object) -> list[View]:
        """A whole list, page by page."""
        found: list[View] = []
        while True:
            page = self.get(path, **query, limit=PAGE, offset=len(found))
            found += page["items"]
            if not page["items"] or len(found) >= page["total"]:
                return found

    def post(self, path: str, body: object) -> View:
        """Make something."""
        view: View = self._json("POST", path, body)
        return view

    def command(self, path: str, body: object, method: str = "POST", mark: str = "") -> View:
        """Have something done once: sent again under its key where the answer is lost. With a mark only if nobody has
        changed the object since it was read."""
        headers = {"idempotency-key": f'"{os.urandom(16).hex()}"', **({"if-match": mark} if mark else {})}
        for left in reversed(range(SENT_MOST)):
            try:
                view: View = self._json(method, path, body, headers)
                return view
            except Lost:
                if not left:
                    raise
                threading.Event().wait(AGAIN_S)
        raise AssertionError("sent at least once")

    def marked(self, path: str) -> tuple[View, str]:
        """One object, and the mark under which it was read."""
        answer = self._send("GET", path, None, {})
        return self._read(answer), answer.headers.get("etag", "")

    def put(self, path: str, body: object, mark: str = "") -> View:
        """Replace something; with a mark only if nobody has changed it since it was read."""
        view: View = self._json("PUT", path, body, {"if-match": mark} if mark else {})
        return view

    def delete(self, path: str) -> View:
        """Remove something; what the cloud says about it, if anything."""
        view: View = self._json("DELETE", path)
        return view

    def upload(self, path: str, file: Path, sent: Callable[[int], None]) -> View:
        """Send a file as the multipart field `file`; `sent` hears of each part's bytes."""
        boundary = os.urandom(16).hex()
        name = file.name.replace('"', "%22")
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        with file.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            headers = {
                "content-type": f"multipart/form-data; boundary={boundary}",
                "content-length": str(len(head) + size + len(tail)),
            }
            answer = self._send("POST", path, _parts(head, source, tail, sent), headers)
            view: View = self._read(answer)
            return view

    def events(self, timeout_s: float) -> Iterator[View | None]:
        """What happens, as it happens; None whenever nothing did for a few seconds. Ends after `timeout_s`."""
        from aosedge.clock import SystemClock  # msgspec behind it costs 40 ms that other commands do not pay

        clock = SystemClock()
        end = clock.monotonic() + int(timeout_s * 1_000_000)
        while (left := (end - clock.monotonic()) / 1_000_000) > 0:
            connection = HTTPSConnection(self._host, self._port, timeout=min(5.0, left), context=self._tls)
            try:
                connection.request("GET", API + "events/", headers={"accept": "text/event-stream", **self._who})
                answer = connection.getresponse()
                if answer.status != 200:
                    raise _error(answer.read(), answer.status)
                for line in answer:
                    if line.startswith(b"data:"):
                        yield json.loads(line[5:])
                    if clock.monotonic() > end:
                        return
            except (OSError, HTTPException):
                pass  # silence or a lost connection: the caller looks for itself, then we listen again
            finally:
                connection.close()
            yield None

    def _json(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        content = json.dumps(body).encode() if body is not None else None
        kind = {"content-type": "application/json"} if content is not None else {}
        return self._read(self._send(method, path, content, kind | (headers or {})))

    def _send(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None, headers: dict[str, str]
    ) -> HTTPResponse:
        kept = self._connection is not None
        if self._connection is None:
            self._connection = HTTPSConnection(self._host, self._port, timeout=TIMEOUT_S, context=self._tls)
        try:
            self._connection.request(method, API + path, body, {"accept": "application/json", **self._who, **headers})
            return self._connection.getresponse()
        except ssl.SSLError as error:
            self._connection = None
            raise Untrusted(
                f"no trusted connection to {self.url}", element="TLS", got=error.reason or str(error), cure="see --ca"
            ) from error
        except (OSError, HTTPException) as error:
            refused = self._refused_early()
            self._connection = None
            if refused is not None:
                raise refused from error
            if kept and isinstance(error, ConnectionError) and (body is None or isinstance(body, bytes)):
                return self._send(method, path, body, headers)  # the server had let the idle connection go
            unsent = isinstance(error, ConnectionRefusedError | gaierror)
            kind = Unavailable if unsent else Lost
            raise kind(f"cannot reach {self.url}: {error}", cure="is AosCloud running? see --url") from error

    def _refused_early(self) -> AosError | None:
        """What a server said that answered and closed before it had read the whole upload."""
        try:
            if self._connection is None or self._connection.sock is None:
                return None
            answer = self._connection.getresponse()
            return _error(answer.read(), answer.status)
        except (OSError, HTTPException):
            return None

    def _read(self, answer: HTTPResponse) -> Any:
        content = self._content(answer)
        return json.loads(content) if content else {}

    def _content(self, answer: HTTPResponse) -> bytes:
        try:
            content = answer.read()
        except (OSError, HTTPException) as error:
            self._connection = None
            raise Lost(f"the connection to {self.url} was lost: {error}") from error
        if answer.status >= 400:
            raise _error(content, answer.status)
        return content


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")


def _parts(head: bytes, source: BinaryIO, tail: bytes, sent: Callable[[int], None]) -> Iterator[bytes]:
    yield head
    while part := source.read(_PART):
        yield part
        sent(len(part))
    yield tail


def _error(content: bytes, status: int) -> AosError:
    try:
        view = json.loads(content)
    except ValueError:
        view = {}
    return Answered(view if isinstance(view, dict) else {}, status)


def kind_of(error: AosError) -> str:
    """The kind that decides the exit code, whether the server worded the error or we did."""
    return error.server_kind if isinstance(error, Answered) else error.kind


__all__ = ["Answered", "Client", "NotFound", "View", "kind_of", "segment"]
