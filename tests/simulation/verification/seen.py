"""What the database holds of batches, their trials and other campaigns, read past the code that is under test."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec

STARTED = ("running", "paused", "halted", "completed", "rolling_back", "rolled_back")


class SeenBatch(msgspec.Struct, frozen=True):
    """A batch as it is stored."""

    id: str
    state: str
    bundle: str
    created_by: str | None
    uploaded_by: str | None
    four_eyes: bool
    criteria: dict[str, Any]
    content: dict[str, str]
    approvals: list[dict[str, Any]]
    trial: dict[str, Any] | None
    moves: list[dict[str, Any]]

    def standing(self, architecture: str) -> list[dict[str, Any]]:
        """Approvals that were not taken back."""
        mine = [each for each in self.approvals if each["architecture"] == architecture]
        return [each for each in mine if each.get("revoked_at") is None]

    @property
    def approved(self) -> bool:
        """Each architecture, by its own digest."""
        return bool(self.content) and all(
            any(each["digest"] == digest for each in self.standing(name)) for name, digest in self.content.items()
        )


class SeenCampaign(msgspec.Struct, frozen=True):
    """A campaign; `rows` are its members on the way out, by Unit: their state."""

    id: str
    state: str
    batch: str | None
    rows: dict[str, str]


class Seen(msgspec.Struct, frozen=True):
    """Everything at one moment."""

    batches: dict[str, SeenBatch]
    campaigns: dict[str, SeenCampaign]
    tries: frozenset[str]
    """Units of verification sets."""
    released: dict[str, set[str]]
    """By Unit, the campaigns that released something to it."""

    @property
    def passed(self) -> bool:
        """Whether a batch has."""
        return any(batch.state == "passed" for batch in self.batches.values())

    def trials(self, batch: str) -> list[SeenCampaign]:
        """Campaigns that a batch has made."""
        return [each for each in self.campaigns.values() if each.batch == batch]


def look(path: Path) -> Seen:
    """As it is committed."""
    database = sqlite3.connect(path)
    try:
        names = SeenBatch.__struct_fields__
        batches = {}
        for row in database.execute(f"SELECT {', '.join(names)} FROM verification_batches"):
            values = dict(zip(names, row, strict=True))
            for name in ("criteria", "content", "approvals", "trial", "moves"):
                values[name] = None if values[name] is None else msgspec.json.decode(values[name])
            batches[row[0]] = SeenBatch(**values)
        campaigns = {}
        for id, state, batch, waves in database.execute("SELECT id, state, batch, waves FROM campaigns"):
            out = {wave["number"] for wave in msgspec.json.decode(waves) if wave.get("undoes") is None}
            members = database.execute("SELECT wave, unit, state FROM campaign_members WHERE campaign=?", (id,))
            rows = {unit: its for wave, unit, its in members if wave in out}
            campaigns[id] = SeenCampaign(id, state, batch, rows)
        sets = "SELECT unit FROM unit_set_members JOIN unit_sets ON unit_sets.id = unit_set WHERE verification"
        released: dict[str, set[str]] = {}
        for unit, campaign in database.execute("SELECT unit, campaign FROM unit_releases"):
            released.setdefault(unit, set()).add(campaign)
        tries = frozenset(unit for (unit,) in database.execute(sets))
        return Seen(batches, campaigns, tries, released)
    finally:
        database.close()
