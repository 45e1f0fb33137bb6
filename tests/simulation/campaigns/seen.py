"""What the database holds of a campaign, read past the code that is under test."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec

ALIVE = ("running", "rolling_back")
MOVING = ("deploying", "soaking")
ON_THE_WAY = ("offered", "downloading", "installing", "activating")
OPEN = (*ON_THE_WAY, "soaking")


class Row(msgspec.Struct, frozen=True):
    """A member."""

    wave: int
    unit: str
    state: str
    offered_at: int | None
    active_at: int | None
    ended_at: int | None
    reason: str


class Seen(msgspec.Struct, frozen=True):
    """A campaign, its members, releases, and the Units' targets and connectivity; `waves` as they are stored."""

    state: str
    reason: str
    waves: list[dict[str, Any]]
    policy: dict[str, Any]
    look_at: int | None
    rows: list[Row]
    releases: frozenset[str]
    versions: dict[str, set[str]]
    """Of the items in each Unit's target."""
    units: dict[str, tuple[str, str, int | None]]
    """Lifecycle, connectivity, last seen."""
    alerts: list[tuple[str, int, str]]
    """Unit, when, severity."""

    def of(self, wave: int) -> list[Row]:
        """The members of a wave."""
        return [row for row in self.rows if row.wave == wave]

    def is_away(self, row: Row) -> bool:
        """Whether a member that ended has not been there since."""
        _, there, last = self.units[row.unit]
        return there == "Offline" and (last or 0) <= (row.ended_at or 0)

    @property
    def moving(self) -> list[dict[str, Any]]:
        """Waves that have begun and not ended."""
        return [wave for wave in self.waves if wave["state"] in MOVING]


def look(path: Path, campaign: str) -> Seen:
    """As it is committed."""
    database = sqlite3.connect(path)
    try:
        columns = "state, reason, waves, policy, look_at"
        state, reason, waves, policy, due = database.execute(
            f"SELECT {columns} FROM campaigns WHERE id=?", (campaign,)
        ).fetchone()
        columns = "wave, unit, state, offered_at, active_at, ended_at, reason"
        members = f"SELECT {columns} FROM campaign_members WHERE campaign=?"
        bodies = dict(database.execute("SELECT digest, body FROM target_documents").fetchall())
        items = {
            digest: {item["version"] for item in msgspec.json.decode(body).get("items", ())}
            for digest, body in bodies.items()
        }
        targets = database.execute("SELECT unit, digest FROM unit_targets WHERE digest IS NOT NULL").fetchall()
        units = database.execute("SELECT id, lifecycle, connectivity, last_seen FROM units").fetchall()
        released = database.execute("SELECT unit FROM unit_releases WHERE campaign=?", (campaign,)).fetchall()
        return Seen(
            state=state,
            reason=reason,
            waves=msgspec.json.decode(waves),
            policy=msgspec.json.decode(policy),
            look_at=due,
            rows=[Row(*row) for row in database.execute(members, (campaign,))],
            releases=frozenset(unit for (unit,) in released),
            versions={unit: items[digest] for unit, digest in targets},
            alerts=database.execute("SELECT unit, at, severity FROM alerts").fetchall(),
            units={unit: (lifecycle, there, last) for unit, lifecycle, there, last in units},
        )
    finally:
        database.close()
