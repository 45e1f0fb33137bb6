"""Item versions over verified blobs: what is here, what is missing, and what nothing needs any more.

Synchronous and over `ports.Disk` alone, so that the simulator runs this very code on a disk that loses power.
"""

import hashlib
from contextlib import suppress

import msgspec

from aosedge.core.images import walk
from aosedge.core.images.blobs import Blobs, hex_of
from aosedge.core.ports import Content, Disk
from aosedge.model import oci
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid
from aosedge.model.oci import Descriptor, ItemConfig, Manifest, Platform

ROOTS = "roots"


class Survey(msgspec.Struct, frozen=True):
    """Where an item version stands here."""

    index_digest: Digest
    known: tuple[Descriptor, ...] = ()
    """Every blob below the index that is known to belong to it; all, once the manifest is here."""
    missing: tuple[Descriptor, ...] = ()
    """What to fetch next. The index itself is not among it: nobody knows its size."""
    index_missing: bool = False
    content: Content | None = None
    """Set once nothing is missing."""


class Catalogue:
    """The content store's core. Believes only what has its digest."""

    def __init__(self, disk: Disk, platform: Platform, limits: walk.Limits = walk.Limits()) -> None:
        self.blobs = Blobs(disk)
        self.platform, self.limits = platform, limits
        self._disk = disk
        self._complete: dict[Digest, Content] = {}

    def survey(self, index_digest: Digest) -> Survey:
        """Walk as far as the documents are here. Raises Invalid or TooLarge for content that is refused for good."""
        complete = self._complete.get(index_digest)
        if complete is not None and all(self.blobs.verified(digest) for digest in complete.blobs):
            return Survey(index_digest, content=complete)
        index = self.blobs.document(index_digest, self.limits.document_bytes)
        if index is None:
            return Survey(index_digest, index_missing=True)
        chosen = walk.choose_manifest(index, self.platform, self.limits)
        document = self._document(chosen)
        if document is None:
            return Survey(index_digest, known=(chosen,), missing=(chosen,))
        manifest = walk.check_manifest(document, self.limits)
        known = (chosen, *walk.parts(manifest))
        missing = tuple({d.digest: d for d in known if not self._present(d)}.values())
        if missing:
            return Survey(index_digest, known, missing)
        return self._finish(index_digest, len(index), chosen, manifest)

    def missing(self, index_digest: Digest) -> list[Digest]:
        """The digests to fetch next; more may follow from them; none once the item is whole. Raises like `survey`."""
        survey = self.survey(index_digest)
        return [index_digest] if survey.index_missing else [descriptor.digest for descriptor in survey.missing]

    def content(self, index_digest: Digest) -> Content | None:
        """The item version if all of it is here and may be used; None otherwise."""
        try:
            return self.survey(index_digest).content
        except Invalid:
            return None

    def needs(self, index_digest: Digest) -> set[Digest]:
        """Every digest that belongs to the item version, as far as its documents or their record tell."""
        if recorded := self._recorded(index_digest):
            return recorded
        if complete := self._complete.get(index_digest):
            return set(complete.blobs)
        try:
            survey = self.survey(index_digest)
        except Invalid:
            return {index_digest}
        if survey.content is not None:
            return set(survey.content.blobs)
        return {index_digest} | {descriptor.digest for descriptor in survey.known}

    def needed(self, keep: frozenset[Digest]) -> set[Digest]:
        """Every digest that any of these item versions needs."""
        return set[Digest]().union(*(self.needs(index_digest) for index_digest in keep))

    def collect(self, keep: frozenset[Digest]) -> int:
        """Remove every blob, whole or not, that these index digests don't need; returns the bytes freed (I12)."""
        needed = self.needed(keep)
        freed = sum(self.blobs.remove(digest) for digest in sorted(self.blobs.here() - needed))
        freed += sum(self.blobs.drop_partial(digest) for digest in self.blobs.unfinished() if digest not in needed)
        for name in self._disk.names(ROOTS):
            if Digest(f"sha256:{name}") not in keep:
                self._disk.remove(f"{ROOTS}/{name}")
        self._complete = {index: content for index, content in self._complete.items() if index in keep}
        for content in self._complete.values():
            with suppress(OSError):  # there was no room for it before, perhaps
                self._record(content)
        return freed

    def _present(self, descriptor: Descriptor) -> bool:
        if not self.blobs.verified(descriptor.digest):
            return False
        size = self.blobs.size(descriptor.digest)
        if size != descriptor.size:
            raise Invalid(
                "blob has another size than its descriptor says",
                element=descriptor.digest,
                expected=f"{descriptor.size} bytes",
                got=f"{size} bytes",
            )
        return True

    def _document(self, descriptor: Descriptor) -> bytes | None:
        if not self._present(descriptor):
            return None
        return self.blobs.document(descriptor.digest, self.limits.document_bytes)

    def _finish(self, index_digest: Digest, index_size: int, chosen: Descriptor, manifest: Manifest) -> Survey:
        known = (chosen, *walk.parts(manifest))
        image = self._document(manifest.config)
        item = self._document(manifest.aos_item_config) if manifest.aos_item_config else b"{}"
        if image is None or item is None:
            gone = manifest.config if image is None else manifest.aos_item_config
            return Survey(index_digest, known, (gone,) if gone else ())
        blobs = tuple(dict.fromkeys((index_digest, *(descriptor.digest for descriptor in known))))
        sizes = {descriptor.digest: descriptor.size for descriptor in known} | {index_digest: index_size}
        content = Content(
            index_digest=index_digest,
            manifest_digest=chosen.digest,
            image=walk.check_image(image, self.platform),
            config=oci.decode_item_config(item) if manifest.aos_item_config else ItemConfig(),
            layers=tuple(layer.digest for layer in manifest.layers),
            layer_media_types=tuple(layer.media_type for layer in manifest.layers),
            blobs=blobs,
            size_bytes=sum(sizes.values()),
        )
        with suppress(OSError):  # a full disk must not keep what is here from running
            self._record(content)
        self._complete[index_digest] = content
        return Survey(index_digest, known, content=content)

    def _record(self, content: Content) -> None:
        """Write down what the item needs: were its manifest spoiled later, its layers would still be known as its."""
        path = f"{ROOTS}/{hex_of(content.index_digest)}"
        if self._recorded(content.index_digest) == set(content.blobs):
            self._disk.sync_folder(ROOTS)  # by a process that was killed before its last sync, perhaps
            return
        lines = "\n".join(content.blobs).encode()
        self._disk.write(f"{path}.new", lines + b"\n" + hashlib.sha256(lines).hexdigest().encode())
        self._disk.sync(f"{path}.new")
        self._disk.rename(f"{path}.new", path)
        self._disk.sync_folder(ROOTS)
        self._disk.sync_folder("")

    def _recorded(self, index_digest: Digest) -> set[Digest]:
        path = f"{ROOTS}/{hex_of(index_digest)}"
        if self._disk.size(path) is None:
            return set()
        lines, _, seal = self._disk.read(path).rpartition(b"\n")
        if hashlib.sha256(lines).hexdigest().encode() != seal:
            return set()
        return {Digest(line) for line in lines.decode().split("\n")}
