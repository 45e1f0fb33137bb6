"""The dossier of a campaign: what was intended, who approved it, what each Unit ran before and after.

It is canonical JSON (RFC 8785), so that the same campaign has the same bytes wherever they are made: members by
name, no white space, times as text. What is of any number (configurations, Units) is written one after the other.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
import rfc8785

from aosedge.cloud.domain.audit import AuditLine
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.catalogue import Bundle, Item, ItemVersion
from aosedge.model.errors import Conflict
from aosedge.model.ids import ItemId
from aosedge.model.instants import Instant, to_rfc3339
from aosedge.protocol.messages.from_cloud import DesiredItem
from aosedge.protocol.messages.from_unit import ItemStatus

FORMAT: Final = "aosedge-dossier/1"
APPROVALS: Final = {"campaigns_approve": "plan", "campaigns_pass": "wave", "campaigns_override": "override"}
"""Operations by which a person answers for something, and for what."""
NOT_TOLD: Final = ("campaigns_dossier",)
"""Operations on a campaign that do nothing to it: its dossier stays the same."""
_UNBEGUN: Final = ("draft", "planned", "scheduled")
_ROWS: Final = msgspec.json.Encoder(order="sorted")


class Configuration(msgspec.Struct, frozen=True):
    """What a Unit was to run at a moment, by its target's digest; `deployment` says whether it did.

    `reported`: what it said that it has, kept where that was not all of its target and nothing else.
    """

    target: str | None
    deployment: str
    reported: tuple[ItemStatus, ...] | None = None


class Result(msgspec.Struct, frozen=True):
    """What became of a Unit in a wave."""

    wave: int
    state: str
    reason: str
    offered_at: Instant | None
    active_at: Instant | None
    ended_at: Instant | None


class UnitRecord(msgspec.Struct, frozen=True):
    """A Unit of the campaign: frozen at its start, seen again at its end."""

    unit: str
    system_uid: str
    before: Configuration | None
    after: Configuration | None
    results: tuple[Result, ...]


class Named(msgspec.Struct, frozen=True):
    """What people call those whom a dossier names, by id: users, fleets, sets."""

    users: dict[str, str]
    fleets: dict[str, str]
    sets: dict[str, str]
    organization: str
    domain: str


def check_begun(campaign: Campaign) -> None:
    """Raise Conflict for a campaign that has frozen nothing yet."""
    if campaign.state in _UNBEGUN:
        raise Conflict(
            "the campaign has not begun: nothing is settled that a dossier could hold",
            element="campaign",
            got=campaign.state,
            cure="start it; until then: aos campaign plan",
        )


def canonical(value: Any) -> bytes:
    """A value as RFC 8785 has it."""
    return rfc8785.dumps(msgspec.to_builtins(value))


def row(value: dict[str, Any]) -> bytes:
    """The same for one of many: only texts, whole numbers and nothing as values, and faster by far."""
    return _ROWS.encode(value)


def about_campaign(campaign: Campaign, named: Named) -> dict[str, Any]:
    """Purpose, policy and selection as they were said."""
    selection = campaign.selection
    return {
        "created_at": to_rfc3339(campaign.created_at),
        "created_by": person(campaign.created_by, named),
        "id": campaign.id,
        "organization": {"id": campaign.tenant, "title": named.organization},
        "policy": msgspec.to_builtins(campaign.policy),
        "purpose": campaign.purpose,
        "reason": campaign.reason,
        "revision": campaign.revision,
        "selection": {
            "fleets": [{"id": id, "title": named.fleets.get(id, "")} for id in selection.fleets],
            "selector": selection.selector,
            "sets": [{"id": id, "title": named.sets.get(id, "")} for id in selection.sets],
            "units": list(selection.units),
        },
        "starts_at": time(campaign.starts_at),
        "state": campaign.state,
        "title": campaign.title,
    }


def about_bundle(bundle: Bundle, came: Iterable[tuple[Item, ItemVersion]]) -> dict[str, Any]:
    """What it brings: exact versions and digests."""
    return {
        "digest": bundle.digest,
        "id": bundle.id,
        "items": [
            {
                "codename": item.codename,
                "id": item.id,
                "images": [
                    {"manifest": image.manifest, "platform": msgspec.to_builtins(image.platform)}
                    for image in version.images
                ],
                "index_digest": version.index_digest,
                "type": item.type,
                "version": version.version,
            }
            for item, version in came
        ],
        "name": bundle.name,
    }


def about_plan(campaign: Campaign) -> dict[str, Any]:
    """What was approved: its digest, and how many Units each wave was to have."""
    return {
        "approved_digest": campaign.approved_digest,
        "digest": campaign.plan_digest,
        "four_eyes": campaign.policy.four_eyes,
        "waves": [
            {"number": wave.number, "sets": list(wave.sets), "share": wave.share, "units": wave.size}
            for wave in campaign.waves
            if wave.undoes is None
        ],
    }


def about_waves(campaign: Campaign) -> list[dict[str, Any]]:
    """How each went, and by what it was judged."""
    return [
        {
            "active_at": time(wave.active_at),
            "alerts": wave.alerts,
            "begun_at": time(wave.begun_at),
            "counts": None if wave.counts is None else msgspec.to_builtins(wave.counts),
            "gate": msgspec.to_builtins(wave.gate),
            "number": wave.number,
            "overridden": wave.overridden,
            "reason": wave.reason,
            "state": wave.state,
            "undoes": wave.undoes,
        }
        for wave in campaign.waves
    ]


def approvals(lines: Iterable[AuditLine], named: Named) -> Iterator[dict[str, Any]]:
    """Who approved what and when, by the audit trail; for a plan the digest of what was approved."""
    for line in lines:
        of = APPROVALS.get(line.operation)
        if of is None or line.outcome != "done":
            continue
        digest = ""
        for change in line.changed():
            if change.of == "campaigns" and change.after is not None:
                digest = str(change.after.get("approved_digest", "")) or digest
        yield {
            "at": to_rfc3339(line.at),
            "audit_line": line.number,
            "by": _doer(line, named),
            "digest": digest if of == "plan" else "",
            "of": of,
        }


def timeline(lines: Iterable[AuditLine], named: Named) -> list[dict[str, Any]]:
    """What people did and what the campaign decided by itself (`by` is None), with the seal of each line."""
    return [
        {
            "at": to_rfc3339(line.at),
            "audit": {"hash": line.hash, "number": line.number, "previous": line.previous},
            "by": _doer(line, named),
            "detail": line.detail,
            "operation": line.operation,
            "outcome": line.outcome,
        }
        for line in lines
    ]


def about_unit(record: UnitRecord) -> dict[str, Any]:
    """A row of `units`."""
    return {
        "after": _configuration(record.after),
        "before": _configuration(record.before),
        "id": record.unit,
        "results": [
            {
                "active_at": time(result.active_at),
                "ended_at": time(result.ended_at),
                "offered_at": time(result.offered_at),
                "reason": result.reason,
                "state": result.state,
                "wave": result.wave,
            }
            for result in record.results
        ],
        "system_uid": record.system_uid,
    }


def about_target(items: Iterable[DesiredItem], codenames: dict[ItemId, tuple[str, str]]) -> dict[str, Any]:
    """A configuration by its target's digest: exact versions and index digests."""
    rows = []
    for item in items:
        codename, kind = codenames.get(ItemId(item.item.id or ""), (item.item.codename or "", item.item.type or ""))
        known = {"codename": codename, "id": item.item.id or "", "type": kind}
        rows.append({**known, "index_digest": item.index_digest, "version": item.version})
    return {"items": rows}


def person(id: str | None, named: Named) -> dict[str, str] | None:
    """Who; None where nobody asked."""
    return {"id": id, "username": named.users.get(id, "")} if id else None


def _doer(line: AuditLine, named: Named) -> dict[str, str] | None:
    kind, _, id = line.who.partition(":")
    return person(id, named) if kind == "user" else None


def time(instant: Instant | None) -> str | None:
    """As text."""
    return None if instant is None else to_rfc3339(instant)


def _configuration(known: Configuration | None) -> dict[str, Any] | None:
    if known is None:
        return None
    said = None if known.reported is None else [_reported(status) for status in known.reported]
    return {"deployment": known.deployment, "reported": said, "target": known.target}


def _reported(status: ItemStatus) -> dict[str, str]:
    name = status.item.id or status.item.codename or ""
    return {"id": name, "state": status.state, "version": status.version}
