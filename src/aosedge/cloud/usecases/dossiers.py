"""The dossier of a campaign: read within one snapshot into a file, some Units in memory at a time, and signed."""

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from aosedge.cloud.domain import dossiers
from aosedge.cloud.domain.audit import AuditLine
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.dossiers import Named, canonical, row
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.verification import record
from aosedge.cloud.domain.verification.evidence import FILES_MOST
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.dossier_pages import FAILED_MOST, Summary, pages
from aosedge.cloud.usecases.signers import Signers
from aosedge.model.ids import CampaignId, ItemId
from aosedge.model.instants import Instant, to_rfc3339
from aosedge.trust.dossiers import FORMAT, OPENING, Media, Statement, ending

_PIECE: Final = 256 * 1024
_LAST: Final = 64
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")


class Dossier(msgspec.Struct, frozen=True):
    """A dossier in a file that is gone once it is closed; `digest` is that of the JSON's content."""

    campaign: CampaignId
    filename: str
    media: Media
    digest: str
    size: int
    file: IO[bytes]

    def pieces(self) -> Iterator[bytes]:
        """The file from its beginning."""
        self.file.seek(0)
        while piece := self.file.read(_PIECE):
            yield piece


class Written(msgspec.Struct, frozen=True):
    """Content as it lies in a file, yet to be signed; `json_digest` is that of the JSON which a PDF sums up."""

    campaign: Campaign
    media: Media
    file: IO[bytes]
    digest: str
    size: int
    json_digest: str
    last: bytes = b""


class Dossiers:
    """Writes and signs them. `scratch` is a folder on this machine."""

    def __init__(self, signers: Signers, scratch: Path) -> None:
        self._signers, self._scratch = signers, scratch

    def write(self, session: Session, id: CampaignId) -> Written:
        """All that there is of it. Raises NotFound, and Conflict for a campaign that has not begun."""
        campaign = session.campaigns.get(id)
        dossiers.check_begun(campaign)
        file = self._file()
        try:
            file.write(OPENING)
            digest, size = _keep(file, content(session, campaign))
        except BaseException:
            file.close()
            raise
        return Written(campaign, "application/json", file, digest, size, digest)

    def write_pages(self, session: Session, id: CampaignId) -> Written:
        """The same summed up as PDF, naming the digest of the JSON. Raises as `write`."""
        written = self.write(session, id)
        written.file.close()
        pdf, file = pages(summary(session, written.campaign, written.digest)), self._file()
        digest, size = _keep(file, (pdf,))
        return Written(written.campaign, "application/pdf", file, digest, size, written.digest, pdf[-_LAST:])

    def _file(self) -> IO[bytes]:
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=self._scratch)

    def signed(self, written: Written, now: Instant) -> Dossier:
        """The file, whole."""
        campaign = written.campaign
        statement = Statement(
            format=FORMAT,
            media_type=written.media,
            digest=written.digest,
            size=written.size,
            signed_at=to_rfc3339(now),
            campaign=campaign.id,
            title=campaign.title,
            json_digest=written.json_digest,
        )
        written.file.write(ending(statement, self._signers.ready(now), written.last))
        name = filename(campaign, written.media.rpartition("/")[2])
        return Dossier(campaign.id, name, written.media, written.json_digest, written.file.tell(), written.file)


def content(session: Session, campaign: Campaign) -> Iterator[bytes]:
    """The JSON's bytes: members in the order of their names."""
    records, lines = session.campaigns.dossiers, session.campaigns.dossiers.lines(campaign)
    named, verified = _verified(session, campaign, lines)
    bundle = session.bundles.get(campaign.bundle)
    sections: dict[str, Callable[[], Iterable[bytes]]] = {
        "approvals": lambda: (canonical(list(dossiers.approvals(lines, named))),),
        "bundle": lambda: (canonical(dossiers.about_bundle(bundle, session.items.of_bundle(bundle.id))),),
        "campaign": lambda: (canonical(dossiers.about_campaign(campaign, named)),),
        "configurations": lambda: _configurations(session, campaign.id),
        "exclusions": lambda: _listed(row(each) for each in records.exclusions(campaign.id)),
        "format": lambda: (canonical(FORMAT),),
        "installation": lambda: (canonical({"domain": named.domain}),),
        "plan": lambda: (canonical(dossiers.about_plan(campaign)),),
        "rxswins": lambda: (canonical(verified.rxswins),),
        "timeline": lambda: (canonical(dossiers.timeline(lines, named)),),
        "units": lambda: _listed(row(dossiers.about_unit(each)) for each in records.units(campaign.id)),
        "unseen_units": lambda: (canonical(records.unseen(campaign.id)),),
        "verification": lambda: (canonical(verified.batches),),
        "waves": lambda: (canonical(dossiers.about_waves(campaign)),),
    }
    for place, (name, parts) in enumerate(sorted(sections.items())):
        yield (b"," if place else b"{") + canonical(name) + b":"
        yield from parts()
    yield b"}"


def summary(session: Session, campaign: Campaign, json_digest: str) -> Summary:
    """What the pages say."""
    lines = session.campaigns.dossiers.lines(campaign)
    named, verified = _verified(session, campaign, lines)
    bundle = session.bundles.get(campaign.bundle)
    found = [session.campaigns.members(campaign.id, Window(FAILED_MOST), state=s) for s in ("failed", "rolled_back")]
    return Summary(
        campaign=campaign,
        about=dossiers.about_campaign(campaign, named),
        bundle=dossiers.about_bundle(bundle, session.items.of_bundle(bundle.id)),
        plan=dossiers.about_plan(campaign),
        approvals=list(dossiers.approvals(lines, named)),
        verification=verified.batches,
        rxswins=verified.rxswins,
        failed=[member for page in found for member in page.items][:FAILED_MOST],
        failed_total=sum(page.total for page in found),
        excluded=session.campaigns.reasons(campaign.id),
        json_digest=json_digest,
    )


class Verified(msgspec.Struct, frozen=True):
    """What a campaign's start rested on, as its dossier has it."""

    batches: list[dict[str, Any]]
    rxswins: list[dict[str, Any]]


def _verified(session: Session, campaign: Campaign, lines: Iterable[AuditLine]) -> tuple[Named, Verified]:
    """With the names of everybody in the dossier."""
    of, begun = session.verification.of(campaign), record.begun_at(campaign)
    batches = record.relied_on(campaign, of.of_bundle(campaign.bundle))
    register = session.rxswins.beside(campaign)
    people = {line.who.partition(":")[2] for line in lines} | {campaign.created_by or ""} | record.people(batches)
    people |= {entry.created_by or "" for entry in register}
    evidence = {batch.id: of.evidence(batch.id, Window(FILES_MOST)).items for batch in batches}
    people |= {each.added_by or "" for found in evidence.values() for each in found}
    named = session.campaigns.dossiers.named(campaign, people)
    brought = {item.id: version.version for item, version in session.items.of_bundle(campaign.bundle)}
    told = [
        record.about_batch(each, [one for one in evidence[each.id] if one.at <= begun], named) for each in batches
    ]
    return named, Verified(told, record.about_rxswins(campaign, register, brought, named))


def filename(campaign: Campaign, kind: str) -> str:
    """What a browser calls the file: letters and digits of the title only."""
    slug = _NOT_IN_NAMES.sub("-", campaign.title.lower()).strip("-")[:60]
    return f"dossier-{slug or campaign.id}.{kind}"


def _configurations(session: Session, id: CampaignId) -> Iterator[bytes]:
    known: dict[ItemId, tuple[str, str]] = {}
    yield b"{"
    for place, (digest, target) in enumerate(session.campaigns.dossiers.targets(id)):
        new = {ItemId(item.item.id or "") for item in target.items} - known.keys()
        known |= session.campaigns.dossiers.codenames(new) if new else {}
        yield (b"," if place else b"") + canonical(digest) + b":" + row(dossiers.about_target(target.items, known))
    yield b"}"


def _listed(parts: Iterable[bytes]) -> Iterator[bytes]:
    yield b"["
    for place, part in enumerate(parts):
        yield b"," + part if place else part
    yield b"]"


def _keep(file: IO[bytes], pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write them; the digest and the number of bytes."""
    running, size = hashlib.sha256(), 0
    for piece in pieces:
        file.write(piece)
        running.update(piece)
        size += len(piece)
    return f"sha256:{running.hexdigest()}", size
