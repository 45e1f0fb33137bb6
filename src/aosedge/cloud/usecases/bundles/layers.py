"""The slow part of taking a bundle: from the files of a verified bundle to layers and documents, still on disk.

Blocking; runs in a thread. Nothing here is stored or seen by anybody yet.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from aosedge.cloud.domain.items import Composed, Layer, compose
from aosedge.model.bundle import Image, Item, Rejected, Rejection, rejection
from aosedge.model.digests import ContentHash, Digest
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.oci import ENCRYPTED_LAYERS, LAYER_TAR, LAYER_TAR_GZIP
from aosedge.protocol.service_states import MOST_BYTES
from aosedge.trust.archives import LAYER, Limits, examine
from aosedge.trust.bundles import DEFAULT_STATE, VerifiedBundle, default_state
from aosedge.trust.packing import folder_entries, pack

_PART = 1024 * 1024
_GZIP = b"\x1f\x8b"
_SQUASHFS = b"hsqs"
_SEALED_LEAST = 12 + 16  # the initialization vector before, and the tag after, what is encrypted


class PreparedItem(msgspec.Struct, frozen=True):
    """An item version ready to be stored: its documents, and its layers as files."""

    item: Item
    composed: Composed
    layers: tuple[tuple[Digest, Path], ...]
    default_state: tuple[Digest, Path] | None = None
    """What a first start gets."""

    @property
    def files(self) -> tuple[tuple[Digest, Path], ...]:
        """All that is stored from a file."""
        return self.layers if self.default_state is None else (*self.layers, self.default_state)


def prepare(bundle: VerifiedBundle, scratch: Path, limits: Limits = LAYER) -> tuple[PreparedItem, ...]:
    """Every item of the bundle; packed layers go into `scratch`. Raises Rejected with every image that is wrong."""
    prepared: list[PreparedItem] = []
    wrong: list[Rejection] = []
    for item in bundle.config.items:
        layers: list[tuple[Layer, Path]] = []
        for number, image in enumerate(item.images):
            try:
                packed = scratch / f"{len(prepared)}-{number}.tar.gz"
                layers.append(_layer(bundle.content, item, image, packed, limits))
            except Invalid as error:
                wrong.append(_in_item(error, item, number))
        try:
            state = _default_state(bundle.content, item)
        except Invalid as error:
            wrong.append(Rejection(item.identity.codename, "configuration.state", rejection(error).reason))
        if not wrong:
            composed = compose(item, bundle.config, [layer for layer, _ in layers])
            files = tuple((layer.digest, path) for layer, path in layers)
            prepared.append(PreparedItem(item, composed, files, state))
    if wrong:
        raise Rejected(tuple(wrong))
    return tuple(prepared)


def _default_state(content: Path, item: Item) -> tuple[Digest, Path] | None:
    path = default_state(content, item)
    if path is None:
        if item.configuration.state and item.configuration.state.required:
            raise Invalid("the default state is missing", expected=f"{item.folder}/{DEFAULT_STATE}")
        return None
    most, size_bytes = min(item.configuration.quotas.state_limit or 0, MOST_BYTES), path.stat().st_size
    if size_bytes > most:
        raise TooLarge("the default state is over the stateLimit", expected=f"{most} bytes", got=str(size_bytes))
    return _hashed(path).digest(), path


def _in_item(error: Invalid, item: Item, number: int) -> Rejection:
    reason = rejection(error)
    field = f"images[{number}]"
    return Rejection(item.identity.codename, f"{field}: {reason.field}" if reason.field else field, reason.reason)


def _layer(content: Path, item: Item, image: Image, packed: Path, limits: Limits) -> tuple[Layer, Path]:
    name = item.image_path(image)
    path = _found(content, name)
    if path.is_dir():
        if image.media_type not in ("", LAYER_TAR, LAYER_TAR_GZIP):
            raise Invalid("the image is a folder", element=name, expected=f"one file of {image.media_type}")
        with packed.open("wb") as to:
            pack(folder_entries(path), to)
        path = packed
        media_type = LAYER_TAR_GZIP
    else:
        media_type = image.media_type or _sniffed(path)
    running = _hashed(path)
    diff_id = "" if _is_sealed(media_type, path, name) else _examined(path, media_type, name, limits)
    return Layer(media_type, running.digest(), running.size_bytes, diff_id), path


def _found(content: Path, name: str) -> Path:
    """The image below the unpacked bundle, reached through folders only."""
    path = content
    for part in Path(name).parts:
        path /= part
        if path.is_symlink():
            raise Invalid("the image is reached through a link", element=name, expected="a folder or file")
    if not (path.is_dir() or path.is_file()):
        raise Invalid("the image is missing", element=name, expected="a folder or file of this name in the bundle")
    return path


def _is_sealed(media_type: str, path: Path, name: str) -> bool:
    """Whether only a Unit can look inside; what can be told from outside is checked."""
    if media_type in (LAYER_TAR, LAYER_TAR_GZIP):
        return False
    with path.open("rb") as file:
        begin = file.read(4)
    if media_type in ENCRYPTED_LAYERS:
        if path.stat().st_size < _SEALED_LEAST:
            raise Invalid("too short for an encrypted image", element=name, expected=f"{_SEALED_LEAST} bytes or more")
    elif not begin.startswith(_GZIP if media_type.endswith("+gzip") else _SQUASHFS):
        raise Invalid("the file is not of its media type", element=name, expected=media_type)
    return True


def _examined(path: Path, media_type: str, name: str, limits: Limits) -> str:
    if _sniffed(path) != media_type:
        raise Invalid("the file is not of its media type", element=name, expected=media_type, got=_sniffed(path))
    with path.open("rb") as file:
        return examine(file, limits).uncompressed


def _sniffed(path: Path) -> str:
    with path.open("rb") as file:
        return LAYER_TAR_GZIP if file.read(2) == _GZIP else LAYER_TAR


def _hashed(path: Path) -> ContentHash:
    running = ContentHash()
    for part in parts_of(path):
        running.update(part)
    return running


def parts_of(path: Path) -> Iterator[bytes]:
    """The file, part by part."""
    with path.open("rb") as file:
        while part := file.read(_PART):
            yield part
