"""A browser as far as signing in goes: keeps cookies, says where it comes from, shows the session's token."""

import asyncio
from types import TracebackType
from typing import Any

import httpx
from tests.system.cloud_process import API, CloudProcess

from aosedge.cloud.settings import load
from aosedge.cloud.upkeep import sign_in_link

COOKIE = "__Host-aos_session"


class Browser:
    """One browser of one person. `client` is without a certificate unless one is given."""

    def __init__(self, cloud: CloudProcess, client: httpx.Client | None = None) -> None:
        self.cloud, self.client = cloud, client or cloud.nobody()
        self.client.headers.update(
            {"origin": cloud.url, "sec-fetch-site": "same-origin", "user-agent": "Browser/1.0"}
        )

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def sign_in(self, path: str, body: Any = None) -> dict[str, Any]:
        """Begin a session; asserts that it began."""
        answer = self.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return self.began(answer)

    def began(self, answer: httpx.Response) -> dict[str, Any]:
        """Keep what the page keeps of the answer that a session began with."""
        said: dict[str, Any] = answer.json()
        self.client.headers["x-csrf-token"] = said["session"]["csrf_token"]
        return said

    @property
    def secret(self) -> str:
        """What is in the cookie."""
        return self.client.cookies[COOKIE]

    def me(self) -> httpx.Response:
        return self.client.get("/users/me/")


def link_token(cloud: CloudProcess, user: str) -> str:
    """The token of a fresh one-time link, as the command makes it beside the running process."""
    port = cloud.url.rpartition(":")[2]
    settings = load(None, cloud.environment | {"AOSCLOUD_API_PORT": port})
    address, _, token = asyncio.run(sign_in_link(settings, user)).partition("#link=")
    assert address == f"{cloud.url}/sign-in"
    return token


def by_link(cloud: CloudProcess, user: str) -> Browser:
    """A browser in which this user is signed in."""
    browser = Browser(cloud)
    browser.sign_in("/sign-in/link/", {"token": link_token(cloud, user)})
    return browser


__all__ = ["API", "COOKIE", "Browser", "by_link", "link_token"]
