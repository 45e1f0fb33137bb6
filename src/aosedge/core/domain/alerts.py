"""What a person may have to look at, gathered within one step and reported together."""

from typing import Literal

from aosedge.core.domain.effects import Report
from aosedge.core.domain.supervision import News
from aosedge.model.digests import Digest
from aosedge.model.instants import Now, to_datetime
from aosedge.protocol.messages import Alerts
from aosedge.protocol.messages.from_unit import (
    AnyAlert,
    CoreAlert,
    DownloadProgressAlert,
    UpdateItemInstanceAlert,
)
from aosedge.protocol.messages.parts import ErrorInfo, Identity

MESSAGE_MOST = 512
"""Characters of an error's words; real Units cut at 64, which tells little."""


def error(message: str) -> ErrorInfo | None:
    """The words as the wire's error; nothing for none."""
    return ErrorInfo(aos_code=1, message=message[:MESSAGE_MOST]) if message else None


class AlertBook:
    """Alerts of one node, until they are reported."""

    def __init__(self, node: str) -> None:
        self._node = Identity(codename=node)
        self._items: list[AnyAlert] = []
        self._downloading: set[Digest] = set()

    def core(self, message: str, now: Now) -> None:
        """AosCore refused or failed at something."""
        self._items.append(
            CoreAlert(
                timestamp=to_datetime(now.wall), node=self._node, core_component="CM", message=message[:MESSAGE_MOST]
            )
        )

    def instance(self, news: News, version: str, now: Now) -> None:
        """An instance did not start, ended, or stays unhealthy."""
        self._items.append(
            UpdateItemInstanceAlert(
                timestamp=to_datetime(now.wall),
                item=Identity(id=news.key.item, type="service"),
                subject=Identity(id=news.key.subject),
                instance=news.key.number,
                version=version,
                message=news.message[:MESSAGE_MOST],
            )
        )

    def downloading(self, digest: Digest, url: str, done_bytes: int, total_bytes: int, now: Now) -> None:
        """A download moves: told once, as started."""
        if digest not in self._downloading and done_bytes < total_bytes:
            self._downloading.add(digest)
            self._download(digest, url, (done_bytes, total_bytes), "started", "", now)

    def downloaded(self, digest: Digest, url: str, size_bytes: int, now: Now) -> None:
        """A download that was told as started came to its end."""
        if digest in self._downloading:
            self._downloading.discard(digest)
            self._download(digest, url, (size_bytes, size_bytes), "finished", "", now)

    def interrupted(self, digest: Digest, url: str, figures: tuple[int, int], message: str, now: Now) -> None:
        """A download that was told as started broke off with so many bytes of all, and these words."""
        if digest in self._downloading:
            self._downloading.discard(digest)
            self._download(digest, url, figures, "interrupted", message, now)

    def report(self) -> list[Report]:
        """Everything gathered, as one message; nothing for nothing."""
        items, self._items = tuple(self._items), []
        return [Report(Alerts(items=items))] if items else []

    def _download(
        self,
        digest: Digest,
        url: str,
        figures: tuple[int, int],
        state: Literal["started", "interrupted", "finished"],
        message: str,
        now: Now,
    ) -> None:
        self._items.append(
            DownloadProgressAlert(
                timestamp=to_datetime(now.wall),
                digest=digest,
                url=url,
                downloaded_bytes=figures[0],
                total_bytes=figures[1],
                state=state,
                reason=message[:MESSAGE_MOST] or None,
                error_info=error(message),
            )
        )
