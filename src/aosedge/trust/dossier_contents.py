"""Whether what a dossier says of verification holds together: approvals and evidence are about its bundle.

The signature says that the installation wrote it; this is computed again from the content alone.
"""

from typing import Any, Final

import msgspec

from aosedge.model.approvals import Part, approved_digest
from aosedge.model.errors import Invalid, Untrusted

_CURE: Final = "ask whoever runs the installation: what was approved is not what the campaign brought"


class _Platform(msgspec.Struct, frozen=True):
    architecture: str = ""


class _Image(msgspec.Struct, frozen=True):
    manifest: str
    platform: _Platform


class _Item(msgspec.Struct, frozen=True):
    id: str
    version: str
    index_digest: str
    images: tuple[_Image, ...] = ()


class _Bundle(msgspec.Struct, frozen=True):
    items: tuple[_Item, ...] = ()


class _Approval(msgspec.Struct, frozen=True):
    architecture: str
    digest: str
    revoked_at: str | None = None


class _Evidence(msgspec.Struct, frozen=True):
    title: str
    about: tuple[str, ...] = ()


class _Batch(msgspec.Struct, frozen=True):
    id: str
    state: str
    content: dict[str, str] = {}
    approvals: tuple[_Approval, ...] = ()
    evidence: tuple[_Evidence, ...] = ()


class _Entry(msgspec.Struct, frozen=True):
    number: str
    brings: bool
    items: tuple[dict[str, Any], ...] = ()


class _Content(msgspec.Struct, frozen=True):
    bundle: _Bundle = _Bundle()
    verification: tuple[_Batch, ...] = ()
    rxswins: tuple[_Entry, ...] = ()


class _Whole(msgspec.Struct, frozen=True):
    dossier: _Content


class Contents(msgspec.Struct, frozen=True):
    """What was found to hold: approvals that stand in batches, files of evidence, software identification numbers."""

    approvals: int
    evidence: int
    rxswins: int


def check_contents(dossier: bytes | memoryview) -> Contents:
    """Judge the JSON of a dossier whose signature holds; of its Units nothing is kept in memory.

    Raises Invalid for what is no dossier, and Untrusted where a part does not fit another.
    """
    try:
        found = msgspec.json.decode(dossier, type=_Whole).dossier
    except msgspec.DecodeError as error:
        raise Invalid("not a dossier that this version knows", element="dossier", got=str(error)) from error
    for batch in found.verification:
        _check_batch(batch, found.bundle)
    versions = {item.id: item.version for item in found.bundle.items}
    for entry in found.rxswins:
        named = [(item["item"], item["version"]) for item in entry.items if item.get("item") in versions]
        if entry.brings != all(versions[id] == version for id, version in named):
            raise Untrusted("a software identification number does not fit", element="rxswins", got=entry.number)
    return Contents(
        approvals=sum(given.revoked_at is None for each in found.verification for given in each.approvals),
        evidence=sum(len(each.evidence) for each in found.verification),
        rxswins=len(found.rxswins),
    )


def _check_batch(batch: _Batch, bundle: _Bundle) -> None:
    for architecture, digest in batch.content.items():
        parts = (
            Part(item.id, item.version, item.index_digest, _manifests(item, architecture)) for item in bundle.items
        )
        computed = approved_digest(architecture, parts)
        if computed != digest:
            raise Untrusted(
                "a batch is of another bundle", element=batch.id, expected=computed, got=digest, cure=_CURE
            )
    standing = [given for given in batch.approvals if given.revoked_at is None]
    for given in standing:
        wanted = batch.content.get(given.architecture, "")
        if given.digest != wanted:
            what = f"an approval for {given.architecture} is of something else"
            raise Untrusted(what, element=batch.id, expected=wanted, got=given.digest, cure=_CURE)
    missing = sorted(batch.content.keys() - {given.architecture for given in standing})
    if batch.state == "passed" and missing:
        what = "a batch has passed without every approval"
        raise Untrusted(what, element=batch.id, expected=f"approvals for {', '.join(missing)}", cure=_CURE)
    known = {item.index_digest for item in bundle.items}
    for each in batch.evidence:
        if not known.issuperset(each.about):
            raise Untrusted("evidence is about something else", element=batch.id, got=each.title, cure=_CURE)


def _manifests(item: _Item, architecture: str) -> tuple[str, ...]:
    return tuple(image.manifest for image in item.images if image.platform.architecture == architecture)
