"""A real cloud with people, Units in every state, items and bundles: what the pages of the console show."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.made_bundles import Signer, bundle, config, file
from tests.system.field import Field, Json
from tests.system.real_unit import RealUnit

from aosedge.clock import SystemClock
from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session, open_store
from aosedge.model.ids import FleetId, OrgId, SystemId, UnitId, UserId
from aosedge.trust import certificates

HOSTILE = "<script>alert('x')</script> שלום 🚚 " + "w" * 150
"""A title that means harm, within what a title may be."""
STATES = ("in_sync", "in_sync", "in_sync", "updating", "blocked", "degraded", "failed", "unknown")
REASONS = {
    "in_sync": "everything runs as wanted",
    "updating": "hello 1.1.0 is not there",
    "blocked": "hello 2.0.0 needs the layer base, which is not there",
    "degraded": "instance 0 of hello is inactive: the health check failed 3 times",
    "failed": "hello 1.0.0 failed: exit code 137",
    "unknown": "the Unit has not reported its whole status",
}
ONLINE = ("Online", "Online", "Connected", "Offline")

Say = Callable[[str, Json], object]


class Place(Field):
    """The cloud that browsers ask."""

    def fill(self, units: int) -> None:
        """So many Units, in turn in every state, beside those that are provisioned; and a hostile fleet."""
        me = self.call("oem", "GET", "/users/me/")
        other = self.call("oem", "POST", "/fleets/", json={"title": HOSTILE})["id"]
        first = next(fleet["id"] for fleet in me["fleets"])
        asyncio.run(self._add(me["id"], me["oem"]["id"], [first, first, other], units))

    def signed(self, codename: str, version: str) -> bytes:
        """A bundle with one service, signed by the Service Provider."""
        key, leaf, roots = certificates.load_p12((self.cloud.folder / "users" / "sp.p12").read_bytes())
        serve = file(f"./{codename}/amd64/bin/serve", b"#!/bin/sh\n")
        return bundle(Signer(key, leaf, tuple(roots)), config(codename, version), [serve])

    def take_up(self, invitation: str, user: str) -> None:
        """The invitation becomes a certificate, beside those of the others."""
        ca, p12 = self.cloud.folder / "root.pem", self.cloud.folder / "users" / f"{user}.p12"
        words = ("--url", self.cloud.url, "--ca", str(ca), "join", invitation, "--output", str(p12))
        done = self.cloud.run("aosedge.cli.app", *words)
        assert done.returncode == 0, done.stderr

    @contextmanager
    def living(self, unit: RealUnit) -> Iterator[Say]:
        """The Unit lives meanwhile, in a thread: the browser's interface has the loop of this one. Gives what has it
        say more than it does by itself."""
        begun, end = threading.Event(), threading.Event()
        loops: list[asyncio.AbstractEventLoop] = []

        async def live() -> None:
            async with self.alive(unit):
                loops.append(asyncio.get_running_loop())
                begun.set()
                await asyncio.to_thread(end.wait)

        thread = threading.Thread(target=lambda: asyncio.run(live()))
        thread.start()
        try:
            assert begun.wait(10)
            yield lambda kind, data: loops[0].call_soon_threadsafe(unit.say, kind, data)
        finally:
            end.set()
            thread.join()

    async def _add(self, user: str, org: str, fleets: list[str], count: int) -> None:
        store = open_store(f"sqlite:///{self.cloud.folder / 'aoscloud.db'}")
        caller = Caller(Person(UserId(user), "oem", OrgId(org)), "filling", SystemClock().wall())

        def add(session: Session) -> None:
            for number in range(count):
                session.units.add(filled(number, OrgId(org), FleetId(fleets[number % 3]), caller))

        await store.write(caller, Scope("tenant", OrgId(org)), add)
        await store.close()


def filled(number: int, org: OrgId, fleet: FleetId, caller: Caller) -> Unit:
    """A Unit as it would be after a while."""
    state = STATES[number % len(STATES)]
    return Unit(
        UnitId(f"filled-{number}"),
        org,
        fleet,
        SystemId(f"truck-{number:05}"),
        "edge-box",
        caller.now,
        model_version=f"{number % 3 + 1}.0",
        lifecycle="provisioned",
        connectivity=ONLINE[number % len(ONLINE)],  # type: ignore[arg-type]
        deployment=state,  # type: ignore[arg-type]
        reason=REASONS[state],
        target_dirty=False,
        last_seen=caller.now,
    )
