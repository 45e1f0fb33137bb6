"""Verification as a dossier has it: who approved which digest, on what evidence, and which numbers it concerns."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.dossiers import Named, person, time
from aosedge.cloud.domain.rxswins import Rxswin
from aosedge.cloud.domain.verification.evidence import Evidence
from aosedge.cloud.domain.verification.state import Approval, Batch
from aosedge.model.ids import ItemId
from aosedge.model.instants import Instant, to_rfc3339


def begun_at(campaign: Campaign) -> Instant:
    """When it began: what was known then is what it rests on, and what its dossier has for good."""
    begun = [wave.begun_at for wave in campaign.waves if wave.begun_at is not None]
    return min(begun, default=campaign.starts_at or campaign.created_at)


def relied_on(campaign: Campaign, batches: Iterable[Batch]) -> list[Batch]:
    """The batches that could let it start: the organization's, or its fleet's own, made before it began."""
    begun = begun_at(campaign)
    mine = [each for each in batches if each.fleet in (None, campaign.fleet) and each.created_at <= begun]
    return sorted(mine, key=lambda each: (each.created_at, each.id))


def people(batches: Iterable[Batch]) -> set[str]:
    """Everybody whom they name."""
    found = {id for each in batches for id in (each.created_by, each.uploaded_by)}
    for each in batches:
        found |= {id for given in each.approvals for id in (given.by, given.revoked_by)}
        found |= {move.by for move in each.moves}
    return {id for id in found if id is not None}


def about_batch(batch: Batch, evidence: Iterable[Evidence], named: Named) -> dict[str, Any]:
    """A batch, with what tests said."""
    return {
        "approvals": [_approval(given, named) for given in batch.approvals],
        "automatic": batch.automatic,
        "content": dict(batch.content),
        "created_at": to_rfc3339(batch.created_at),
        "created_by": person(batch.created_by, named),
        "criteria": msgspec.to_builtins(batch.criteria),
        "evidence": [_evidence(each, named) for each in evidence],
        "fleet": batch.fleet,
        "four_eyes": batch.four_eyes,
        "id": batch.id,
        "moves": [
            {"at": to_rfc3339(move.at), "by": person(move.by, named), "reason": move.reason, "state": move.state}
            for move in batch.moves
        ],
        "reason": batch.reason,
        "resolutions": msgspec.to_builtins(batch.resolutions),
        "state": batch.state,
        "trial": msgspec.to_builtins(batch.trial),
        "uploaded_by": person(batch.uploaded_by, named),
    }


def _approval(given: Approval, named: Named) -> dict[str, Any]:
    return {
        "architecture": given.architecture,
        "at": to_rfc3339(given.at),
        "by": person(given.by, named),
        "comment": given.comment,
        "digest": given.digest,
        "revoked_at": time(given.revoked_at),
        "revoked_by": person(given.revoked_by, named),
        "revoked_comment": given.revoked_comment,
    }


def _evidence(each: Evidence, named: Named) -> dict[str, Any]:
    return {
        "about": list(each.about),
        "added_at": to_rfc3339(each.at),
        "added_by": person(each.added_by, named),
        "digest": each.digest,
        "id": each.id,
        "kind": each.kind,
        "size_bytes": each.size_bytes,
        "title": each.title,
        "totals": msgspec.to_builtins(each.totals),
    }


def about_rxswins(
    campaign: Campaign, register: Iterable[Rxswin], brought: Mapping[ItemId, str], named: Named
) -> list[dict[str, Any]]:
    """Entries of the register that name an item which the bundle brings, made before the campaign began.

    `brings` says of each whether the bundle has exactly the versions that the entry names of these items.
    """
    begun = begun_at(campaign)
    found = []
    for entry in register:
        meant = [(item.version, brought[item.item]) for item in entry.items if item.item in brought]
        if meant and entry.created_at <= begun:
            found.append(
                {
                    "brings": all(registered == version for registered, version in meant),
                    "created_at": to_rfc3339(entry.created_at),
                    "created_by": person(entry.created_by, named),
                    "id": entry.id,
                    "items": msgspec.to_builtins(entry.items),
                    "note": entry.note,
                    "number": entry.number,
                    "revision": entry.revision,
                    "target_system": entry.target_system,
                }
            )
    return found
