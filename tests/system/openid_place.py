"""A real provider of OpenID Connect, a cloud that asks it, and what people do at both."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
from tests.system.browser import COOKIE, Browser
from tests.system.cloud_process import API, CloudProcess
from tests.system.test_sessions import database

from aosedge.clock import SystemClock

HTML = {"accept": "text/html"}
WAIT_S = 30


@contextmanager
def provider() -> Iterator[str]:
    """A real one, as a process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    clock = SystemClock()
    end = clock.monotonic() + WAIT_S * 1_000_000
    try:
        while True:
            try:
                httpx.get(url + "/jwks", trust_env=False)
                break
            except httpx.HTTPError:
                assert clock.monotonic() < end, "the provider does not start"
        yield url
    finally:
        process.terminate()
        process.wait(WAIT_S)


def made(folder: Path, issuer: str, **settings: str) -> CloudProcess:
    cloud = CloudProcess(folder)
    secret = folder / "secret.txt"
    secret.write_text("the provider's secret\n")
    cloud.init()
    cloud.environment |= {
        "AOSCLOUD_OPENID_ISSUER": issuer,
        "AOSCLOUD_OPENID_CLIENT_ID": "aoscloud",
        "AOSCLOUD_OPENID_SECRET_FILE": str(secret),
        "AOSCLOUD_OPENID_TITLE": "Corporate account",
        "AOSCLOUD_SIGN_IN_ATTEMPTS": "10000",
        **{f"AOSCLOUD_OPENID_{name.upper()}": value for name, value in settings.items()},
    }
    cloud.start()
    return cloud


def account(issuer: str, sub: str, **claims: Any) -> None:
    """Somebody whom the provider knows."""
    httpx.put(f"{issuer}/users/{sub}", json=claims, trust_env=False).raise_for_status()


def give_address(cloud: CloudProcess, username: str, email: str) -> None:
    database(cloud, "UPDATE users SET email = ? WHERE username = ?", email, username)


def leave(browser: Browser, next: str = "/units") -> httpx.Response:
    return browser.client.get("/sign-in/openid/", params={"next": next}, headers=HTML)


def at_provider(answer: httpx.Response, sub: str, action: str = "authorize") -> str:
    """What the person does there; gives where they are sent back to, as the API's path."""
    assert answer.status_code == 302, answer.text
    there = httpx.post(answer.headers["location"], data={"sub": sub, "action": action}, trust_env=False)
    assert there.status_code == 302, there.text
    return str(there.headers["location"]).partition(API)[2]


def there_and_back(browser: Browser, sub: str, next: str = "/units") -> httpx.Response:
    return browser.client.get(at_provider(leave(browser, next), sub), headers=HTML)


def words_of(answer: httpx.Response) -> str:
    """What the sign-in page is to show."""
    assert answer.status_code == 302, answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")
    place, _, words = answer.headers["location"].partition("#error=")
    assert place == "/sign-in"
    return unquote(words)
