"""How content comes to the Unit: what is being fetched, unpacked or collected, and when to try again. Not durable."""

from collections.abc import Iterable

from aosedge.core.domain.contents import Content
from aosedge.core.domain.effects import CancelFetch, Collect, Effect, Fetch, Install
from aosedge.core.domain.events import Cause, ContentProgress
from aosedge.core.domain.state import Policy
from aosedge.model.digests import Digest
from aosedge.model.instants import Monotonic


class Acquisition:
    """Asks for each thing once, and again after a back-off; nothing is fetched while garbage is collected."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.effects: list[Effect] = []
        self.progress: dict[Digest, tuple[int, int]] = {}
        """Bytes here and in all, of what is being fetched or was."""
        self.trouble: dict[Digest, str] = {}
        """Why content is not here yet, while it is tried again."""
        self.collecting = 0
        """How many collections of garbage are under way."""
        self._fetching: set[Digest] = set()
        self._installing: set[Digest] = set()
        self._installed: set[Digest] = set()
        self._attempts: dict[Digest, int] = {}
        self._again_at: dict[Digest, Monotonic] = {}

    def fetch(self, missing: Iterable[Digest], now: Monotonic) -> None:
        """Ask for what is not here."""
        for digest in () if self.collecting else missing:
            if digest not in self._fetching and self._again_at.get(digest, now) <= now:
                self._fetching.add(digest)
                self._installed.discard(digest)  # what has to be fetched again may have lost its layers too
                self.effects.append(Fetch(digest))

    def pause(self) -> None:
        """Stop bringing anything; what is here of it stays, and `fetch` goes on from there."""
        for digest in sorted(self._fetching):
            self.effects.append(CancelFetch(digest))
        self._fetching.clear()

    def install(self, contents: Iterable[Content], now: Monotonic, *, begin: bool = True) -> bool:
        """Ask for what is not unpacked, with `begin`; whether everything is."""
        whole = True
        for content in contents:
            digest = content.index_digest
            if digest in self._installed:
                continue
            whole = False
            free = begin and not self.collecting
            if free and digest not in self._installing and self._again_at.get(digest, now) <= now:
                self._installing.add(digest)
                self.effects.append(Install(content))
        return whole

    def collect(self, keep: frozenset[Digest]) -> None:
        """Ask for the rest to be removed."""
        self.collecting += 1
        self._installed &= keep
        self.effects.append(Collect(keep))

    def only(self, wanted: frozenset[Digest]) -> None:
        """Give up on everything else, and forget earlier failures."""
        for digest in sorted(self._fetching - wanted):
            self.effects.append(CancelFetch(digest))
        self._fetching &= wanted
        self._installing &= wanted
        for kept in (self._attempts, self._again_at, self.trouble):
            kept.clear()
        self.progress = {d: p for d, p in self.progress.items() if d in wanted}

    def hurry(self) -> None:
        """Whatever waits for another attempt is tried at once: the cloud is back."""
        self._again_at.clear()

    def progressed(self, event: ContentProgress) -> None:
        """Remember how far a version is."""
        if event.index_digest in self._fetching:
            self.progress[event.index_digest] = (event.done_bytes, event.total_bytes)

    def ready(self, content: Content) -> bool:
        """The version is here; whether it was waited for."""
        digest = content.index_digest
        if digest not in self._fetching:
            return False
        self._fetching.discard(digest)
        self._settle(digest)
        self.progress[digest] = (content.size_bytes, content.size_bytes)
        return True

    def unpacked(self, digest: Digest) -> None:
        """The version's layers are unpacked."""
        if digest in self._installing:
            self._installing.discard(digest)
            self._installed.add(digest)
            self._settle(digest)

    def failed(self, digest: Digest) -> bool:
        """A fetch or an installation failed; whether it was waited for."""
        waited = digest in self._fetching or digest in self._installing
        self._fetching.discard(digest)
        self._installing.discard(digest)
        return waited

    def again(self, digest: Digest, cause: Cause, message: str, now: Monotonic, connected: bool) -> bool:
        """Note another attempt after the back-off; False when it was tried often enough.

        Attempts without a cloud do not count: they go on when it is back.
        """
        self.trouble[digest] = message
        count = self._attempts.get(digest, 0)
        delay_us = min(self._policy.restart_first_us << min(count, 16), self._policy.restart_most_us)
        self._again_at[digest] = Monotonic(now + delay_us)
        if cause != "unavailable" or connected:
            self._attempts[digest] = count + 1
        return self._attempts.get(digest, 0) < self._policy.fetch_attempts

    def due(self) -> list[Monotonic]:
        """When something is tried again."""
        return list(self._again_at.values())

    def _settle(self, digest: Digest) -> None:
        for noted in (self._attempts, self._again_at, self.trouble):
            noted.pop(digest, None)
