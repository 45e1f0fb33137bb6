"""HTTP as a real Unit uses it: plain requests, no header of its own, the system's authorities for blobs."""

import http.client
import ssl
from urllib.parse import urlsplit


def _connection(url: str, tls: ssl.SSLContext | None) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=10, context=tls), target
    return http.client.HTTPConnection(host, port, timeout=10), target


def http_post(url: str, tls: ssl.SSLContext, body: bytes) -> tuple[int, bytes]:
    """Discovery, over mutual TLS. Status 0 where nobody answers."""
    connection, target = _connection(url, tls)
    try:
        connection.request("POST", target, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def download(url: str, tls: ssl.SSLContext | None, part: bytes, stop_after: int | None) -> tuple[bytes, bool]:
    """HEAD, then GET, from where `part` ends if the server takes ranges: what is there now, and whether it is all.

    Whatever body comes is taken for content, an error's too. `stop_after` bytes the line is cut.
    """
    connection, target = _connection(url, tls)
    try:
        connection.request("HEAD", target)
        head = connection.getresponse()
        head.read()
        ranges = head.headers.get("Accept-Ranges") == "bytes"
        start = len(part) if ranges else 0
        connection.request("GET", target, headers={"Range": f"bytes={start}-"} if start else {})
        response = connection.getresponse()
        content = part if response.status == 206 else b""
        while chunk := response.read(4096):
            content += chunk
            if stop_after is not None and len(content) >= stop_after and response.length:
                return content, False
        return content, True
    except (OSError, http.client.HTTPException):
        return part, False
    finally:
        connection.close()
