"""What AosCore needs from the outside. Every adapter of a port passes the same contract suite."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from aosedge.core.domain.contents import Content as Content
from aosedge.core.domain.instances import Exited, Found, InstanceKey, InstanceSpec
from aosedge.model.digests import Digest
from aosedge.protocol.messages.from_cloud import BlobUrl


class Disk(Protocol):
    """Files below one root; paths are relative, with `/`. Nothing is durable before its sync.

    A new, renamed or removed name is durable only after `sync_folder` of its folder. Missing files raise
    FileNotFoundError, a full disk OSError with ENOSPC.
    """

    def read(self, path: str) -> bytes:
        """The whole file."""

    def read_part(self, path: str, offset: int, most_bytes: int) -> bytes:
        """At most so many bytes from there on; shorter only at the end of the file, empty past it."""

    def write(self, path: str, content: bytes) -> None:
        """Create or replace; makes missing folders."""

    def append(self, path: str, content: bytes) -> None:
        """Add at the end; creates the file and missing folders."""

    def sync(self, path: str) -> None:
        """Make the file's content durable."""

    def sync_folder(self, path: str) -> None:
        """Make the folder's names durable; `""` is the root. A missing folder has none, which is no error."""

    def rename(self, old: str, new: str) -> None:
        """Replace `new` by `old` at once; makes missing folders."""

    def remove(self, path: str) -> None:
        """Remove the file; a missing one is no error."""

    def names(self, folder: str) -> list[str]:
        """Sorted names in the folder; a missing folder has none."""

    def size(self, path: str) -> int | None:
        """Bytes of the file, None where there is none."""

    def free_bytes(self) -> int:
        """What is left on the disk."""


Locate = Callable[[Digest], Awaitable[BlobUrl]]
"""Asks the cloud where a blob is; raises Unavailable while there is no cloud, NotFound where it has none."""

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all, as far as known."""


class Images(Protocol):
    """Content of item versions: nothing that isn't verified by digest is ever handed out."""

    async def fetch(self, index_digest: Digest, locate: Locate, progress: Progress) -> Content:
        """Bring every blob here, going on where an earlier attempt stopped. Raises Untrusted, Unavailable."""

    def content(self, index_digest: Digest) -> Content | None:
        """What is here completely; None otherwise."""

    async def install(self, content: Content) -> None:
        """Unpack the layers; repeating it is free. Raises Untrusted for an archive that means harm."""

    async def collect(self, keep: frozenset[Digest]) -> int:
        """Remove all content but what these index digests need; returns the bytes freed."""


class ProbeResult(msgspec.Struct, frozen=True):
    """One health probe: fine, or the words of what was wrong."""

    healthy: bool
    message: str = ""


class Runtime(Protocol):
    """One way to run instances. Instances outlive the agent; all calls may be repeated."""

    kind: str
    """The runtime type: `runc`, `crun`, `native`, `scripted`."""

    async def found(self) -> list[Found]:
        """Everything of ours that this runtime really has, dead or alive."""

    async def arrange(self, specs: Sequence[InstanceSpec]) -> None:
        """Names, addresses and firewall for exactly this set; what already is right stays untouched."""

    async def start(self, spec: InstanceSpec) -> None:
        """Prepare and start. Replaces what runs under the key with another digest; raises AosError."""

    async def stop(self, key: InstanceKey, grace_s: float = 10.0) -> None:
        """Terminate, kill after the grace, and remove all traces; a missing one is no error."""

    def exits(self) -> AsyncIterator[Exited]:
        """Ends of instances as they happen, those adopted included."""

    async def probe(self, spec: InstanceSpec) -> ProbeResult:
        """Run the item's health check once, within its timeout."""

    async def execute(self, key: InstanceKey, command: Sequence[str], timeout_s: float) -> tuple[int, bytes]:
        """Run a command inside; its exit code and output."""

    async def logs(self, key: InstanceKey, most_bytes: int) -> bytes:
        """The end of what the instance wrote."""

    async def close(self) -> None:
        """Let go of watchers; instances go on."""
