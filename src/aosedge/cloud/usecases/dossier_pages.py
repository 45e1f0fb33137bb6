"""A dossier on paper: the same record summed up, with counts, and the Units that failed by name.

Letters that the font lacks are written as their number, so that nothing is lost and nothing is hidden.
"""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import msgspec
import reportlab  # type: ignore[import-untyped]
from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    Flowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from aosedge.cloud.domain.campaigns.state import Campaign, Counts
from aosedge.cloud.store.campaigns import Member

FAILED_MOST: Final = 200
"""Units named; the others are counted, and named in the JSON."""
_LETTERS_MOST: Final = 400
_FONT: Final = "Vera"
_WIDTH: Final = 440


class Summary(msgspec.Struct, frozen=True):
    """What the pages say; the parts are those of the JSON."""

    campaign: Campaign
    about: dict[str, Any]
    bundle: dict[str, Any]
    plan: dict[str, Any]
    approvals: Sequence[dict[str, Any]]
    failed: Sequence[Member]
    failed_total: int
    excluded: dict[str, int]
    json_digest: str
    verification: Sequence[dict[str, Any]] = ()
    rxswins: Sequence[dict[str, Any]] = ()


def pages(summary: Summary) -> bytes:
    """The PDF; the same summary has the same bytes."""
    campaign, layout = summary.campaign, _Layout()
    named = [(member.system_uid, f"wave {member.wave + 1}: {member.reason}") for member in summary.failed]
    story: list[Flowable] = [
        layout.text(f"Dossier of the campaign {campaign.title}", 15),
        Spacer(1, 6),
        layout.text(f"This sums up the signed JSON with the digest {summary.json_digest}"),
        *layout.long("Purpose", campaign.purpose or "not said"),
        *layout.section("Campaign", _campaign(summary)),
        *layout.section("Bundle", _bundle(summary)),
        *layout.section("Plan and approvals", _plan(summary)),
        *(part for batch in summary.verification for part in layout.section("Verification", _verification(batch))),
        *layout.section("Software identification numbers", map(_rxswin, summary.rxswins)),
        *layout.section("Waves", map(_wave, campaign.waves)),
        *layout.section("Left out", [(str(count), reason) for reason, count in sorted(summary.excluded.items())]),
        *layout.section(f"Units that failed: {summary.failed_total}", named),
    ]
    if summary.failed_total > len(named):
        story.append(layout.text(f"and {summary.failed_total - len(named)} more, named in the JSON"))
    into = io.BytesIO()
    SimpleDocTemplate(into, pagesize=A4, invariant=1, title="Dossier").build(story)
    return into.getvalue()


def _campaign(summary: Summary) -> list[tuple[str, str]]:
    campaign, about = summary.campaign, summary.about
    return [
        ("organization", about["organization"]["title"]),
        ("id", campaign.id),
        ("state", campaign.state.replace("_", " ")),
        ("why", campaign.reason),
        ("made", f"{about['created_at']} by {_who(about['created_by'])}"),
        ("started", about["starts_at"] or ""),
    ]


def _bundle(summary: Summary) -> list[tuple[str, str]]:
    bundle = summary.bundle
    brought = [(f"{item['codename']} {item['version']}", item["index_digest"]) for item in bundle["items"]]
    return [("name", bundle["name"]), ("digest", bundle["digest"]), *brought]


def _plan(summary: Summary) -> list[tuple[str, str]]:
    plan = summary.plan
    given = [(f"{each['of']}, {each['at']}", f"{_who(each['by'])} {each['digest']}") for each in summary.approvals]
    return [("digest", plan["digest"]), ("approved", plan["approved_digest"] or "nothing"), *given]


def _verification(batch: dict[str, Any]) -> list[tuple[str, str]]:
    state = batch["state"].replace("_", " ")
    rows = [("batch", f"{batch['id']}, made {batch['created_at']}"), ("state", f"{state}: {batch['reason']}")]
    for given in batch["approvals"]:
        back = f", taken back {given['revoked_at']} by {_who(given['revoked_by'])}" if given["revoked_at"] else ""
        said = f"{_who(given['by'])} {given['digest']}{back} {given['comment']}"
        rows.append((f"{given['architecture']}, {given['at']}", said))
    for each in batch["evidence"]:
        totals = each["totals"] or {}
        counts = ", ".join(f"{number} {name}" for name, number in totals.items())
        rows.append((f"evidence: {each['title']}", f"{each['digest']} {counts}".strip()))
    return rows


def _rxswin(entry: dict[str, Any]) -> tuple[str, str]:
    items = ", ".join(f"{item['codename']} {item['version']}" for item in entry["items"])
    stands = "the versions of this bundle" if entry["brings"] else "other versions than this bundle's"
    return f"{entry['number']} revision {entry['revision']}", f"{stands}: {items}"


def _wave(wave: Any) -> tuple[str, str]:
    counts = msgspec.structs.asdict(wave.counts or Counts())
    said = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in counts.items() if number)
    back = "" if wave.undoes is None else f", back from {wave.undoes + 1}"
    return f"{wave.number + 1}{back}: {wave.state}", f"{said or 'nobody'}; {wave.reason}".rstrip("; ")


def _who(person: dict[str, str] | None) -> str:
    return "AosCloud" if person is None else person["username"] or person["id"]


class _Layout:
    """Paragraphs and tables in one font that has its letters in the file."""

    def __init__(self) -> None:
        font = TTFont(_FONT, str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"))
        pdfmetrics.registerFont(font)
        self._glyphs = font.face.charToGlyph

    def text(self, words: str, size: int = 8) -> Paragraph:
        """Words as they are: no markup of theirs counts. What is very long is cut, and says so."""
        cut = words if len(words) <= _LETTERS_MOST else f"{words[:_LETTERS_MOST]} (cut: see the JSON)"
        return self._paragraph(cut, size)

    def long(self, heading: str, words: str) -> list[Flowable]:
        """A heading, and words of any length in their lines."""
        return [Spacer(1, 10), self.text(heading, 11), Spacer(1, 3), *map(self._paragraph, words.split("\n"))]

    def section(self, heading: str, rows: Iterable[tuple[str, str]]) -> list[Flowable]:
        """A heading and what follows it; nothing where nothing does."""
        shown = [(self.text(name), self.text(value)) for name, value in rows if value]
        if not shown:
            return []
        table = Table(shown, colWidths=(_WIDTH * 0.3, _WIDTH * 0.7), hAlign="LEFT")
        everywhere = (0, 0), (-1, -1)
        table.setStyle(TableStyle([("VALIGN", *everywhere, "TOP"), ("LINEBELOW", *everywhere, 0.2, colors.grey)]))
        return [Spacer(1, 10), self.text(heading, 11), Spacer(1, 3), table]

    def _paragraph(self, words: str, size: int = 8) -> Paragraph:
        kept = "".join(letter if self._has(letter) else f"\\u{{{ord(letter):x}}}" for letter in words)
        style = ParagraphStyle(f"{_FONT}{size}", fontName=_FONT, fontSize=size, leading=size * 1.3, splitLongWords=1)
        return Paragraph(escape(kept), style)

    def _has(self, letter: str) -> bool:
        return letter.isprintable() and ord(letter) in self._glyphs
