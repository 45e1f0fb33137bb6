"""A simulated fleet and a campaign by a seed, as in `world.py`, among people who have a say in it.

They let waves pass, change how it goes on, approve that or not, halt, go on past gates or not; Units raise alerts.
"""

import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from msgspec.structs import replace
from tests.simulation.campaigns.fleet import ITEMS, NODE, SUBJECT
from tests.simulation.campaigns.people_rules import JudgeOfDeeds
from tests.simulation.campaigns.rules import Violated
from tests.simulation.campaigns.seen import Seen, look
from tests.simulation.campaigns.world import World, _fast, limits_of, lived

from aosedge.cloud.domain.access.callers import Caller, Person
from aosedge.cloud.domain.access.decide import scope_for
from aosedge.cloud.domain.campaigns.events import Event, Halt, Pause, Resume, RetryFailed, RollBack
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.policy import Gate, Offline, Policy, Sequential, WaveAsk
from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import campaigns
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.errors import Conflict, Invalid, NotAllowed
from aosedge.model.ids import FleetId, OrgId, Txn, UserId
from aosedge.model.instants import HOUR, MINUTE, Instant, to_datetime
from aosedge.model.windows import Window
from aosedge.protocol.messages import Alerts
from aosedge.protocol.messages.from_unit import AnyAlert, SystemQuotaAlert, UpdateItemInstanceAlert
from aosedge.protocol.messages.parts import Identity

MAKER = Person(UserId("user-oem-1"), "oem", OrgId("oem-1"))
COLLEAGUE = Person(UserId("user-oem-2"), "oem", OrgId("oem-1"))
OWNER = Person(UserId("user-owner"), "fleet_owner", OrgId("oem-1"), frozenset((FleetId("fleet-oem-1"),)))
ITEM: Final = Identity(id=ITEMS[0])
PEOPLE: Final = (MAKER, COLLEAGUE, OWNER)
"""The last has no right to go past a gate."""


def policy_of(chance: Random, policy: Policy) -> Policy:
    """With gates that people and alerts have a say in, and a test that few results decide."""
    return replace(
        policy,
        gate=gate_of(chance),
        sequential=chance.choice((None, Sequential(p0=0.01, p1=0.3), Sequential(p0=0.1, p1=0.6))),
        four_eyes=chance.random() < 0.6,
        offline=Offline(HOUR, chance.choice(("exclude", "fail"))),
        roll_back_on_halt=chance.random() < 0.3,
    )


def gate_of(chance: Random) -> Gate:
    """Each its own."""
    failed, succeeded = chance.choice(((0.0, 0.95), (0.05, 0.9), (0.3, 0.6), (0.6, 0.4)))
    return Gate(
        soak_us=chance.choice((0, 2, 10)) * MINUTE,
        success_share=succeeded,
        failed_share=failed,
        min_sample=chance.choice((1, 5, 10)),
        severity=chance.choice(("warning", "error", "error", "critical")),
        manual=chance.random() < 0.4,
        early_pass=chance.random() < 0.3,
    )


class Peopled(World):
    """A fleet, and people who do this and that."""

    turns_away = 0.05

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(seed, folder, Random(seed).choice((12, 20, 30)))
        chance = self.chance
        self.policy = policy_of(chance, self.policy)
        away, lost = chance.choice(((0.0, 0.0), (0.03, 0.3), (0.1, 0.1)))
        self.faults = replace(self.faults, verbs=0.0, driver_crash=0.0, offline=away, lost=lost)
        stuck = chance.choice((0.0, 0.0, 0.15))
        for each in self.units.values():
            each.silent = each.silent or chance.random() < stuck
        self.judge = self.deeds = JudgeOfDeeds(self.units)
        self.alarm = chance.choice((0, 0.05, 0.15))
        often: tuple[Callable[[Person], Awaitable[None]], ...] = chance.choice(
            (
                (self._let_pass,),  # who wait, and look
                (self._edit, self._approve, self._go_on),  # who change their minds
                (self._edit, self._approve, self._edit, self._approve),
                (self._halt, self._go_on, self._override, self._let_pass),  # who know better
            )
        )
        self.doings = (*often, *often, self._let_pass, self._go_on, self._override, self._rarely)
        self.busy = chance.choice((0.2, 0.4, 0.8))
        if seed % 5 == 4:
            self._few_at_a_time()

    def _few_at_a_time(self) -> None:
        """Many Units are away, and for long, before the campaign comes to them."""
        patient = Gate(soak_us=0, success_share=0.4, failed_share=0.6, min_sample=5)
        offline, limits = Offline(10 * MINUTE, "exclude"), Limits(at_once=2)
        self.policy = replace(self.policy, gate=patient, sequential=None, offline=offline, limits=limits)
        self.faults = replace(self.faults, offline=0.2)

    def seen(self) -> Seen:
        return look(self.path, self.campaign)

    async def ask(self, who: Person, operation: str, work: Callable[[Session], Any]) -> Any:
        """As the dispatcher does it."""
        caller = Caller(who, "request", self.clock.now)
        return await self.store.write(caller, scope_for(caller, f"campaigns_{operation}"), work)

    async def say(self, who: Person, operation: str, verb: Event) -> None:
        await self.ask(who, operation, lambda session: campaigns.command(session, self.campaign, verb))

    async def _people(self) -> None:
        await super()._people()
        if self.chance.random() < self.alarm:
            await self._alert()
        if self.chance.random() < self.busy and self.doings:
            await self.do(self.chance.choice(self.doings), self.chance.choice(PEOPLE))

    async def do(self, deed: Callable[[Person], Awaitable[None]], who: Person) -> None:
        """Once or twice, allowed or not."""
        self.deeds.asked = True
        for _ in range(self.chance.choice((1, 1, 2))):
            with contextlib.suppress(Conflict, Invalid, NotAllowed):
                await deed(who)
            self.check()
        self.deeds.asked = False

    async def _let_pass(self, who: Person) -> None:
        await self.ask(who, "pass", lambda session: campaigns.approve_wave(session, self.campaign))
        self.deeds.passed_by_hand(self.seen())

    async def _halt(self, who: Person) -> None:
        await self.say(who, *self.chance.choice((("halt", Halt("wait")), ("pause", Pause()))))

    async def _go_on(self, who: Person) -> None:
        before, reason = self.seen(), self.chance.choice(("", "looked at"))
        await self.say(who, "resume", Resume(reason))
        if before.state == "halted" and not reason:
            raise Violated("reason", "it goes on after a halt, and nobody said why")

    async def _override(self, who: Person) -> None:
        before = self.seen()
        await self.say(who, "override", Resume("known", override=True))
        if who is OWNER:
            raise Violated("permission", "a gate was passed by whoever may not")
        self.deeds.went_past_gates(before, self.seen())

    async def _rarely(self, who: Person) -> None:
        retry, back = ("retry", RetryFailed()), ("roll_back", RollBack("enough"))
        await self.say(who, *self.chance.choice((retry, back)))

    async def _approve(self, who: Person) -> None:
        digest = (await self.oem(lambda session: session.campaigns.get(self.campaign))).plan_digest
        await self.ask(who, "approve", lambda session: campaigns.approve_plan(session, self.campaign, digest))
        self.deeds.approved(self.seen(), who.user)

    async def _edit(self, who: Person) -> None:
        """What may be changed on the way, or what may not."""
        chance, old = self.chance, self.policy
        changes: dict[str, Any] = chance.choice(
            (
                {"limits": limits_of(chance)},
                {"gate": gate_of(chance)},
                {"gate": gate_of(chance)},
                {"unit_deadline_us": chance.choice((10, 20, 40)) * MINUTE},
                {"offline": Offline(chance.choice((30, 60, 90)) * MINUTE, old.offline.then), "priority": 1},
                {"waves": (*old.waves[:-1], WaveAsk(share=0.9))},
                {"timing": Timing(install=(Window("01:00", "02:00"),)), "unit_deadline_us": 72 * HOUR},
                {"four_eyes": not old.four_eyes},
            )
        )
        new = replace(old, **changes)
        await self.ask(who, "update", lambda session: campaigns.edit(session, self.campaign, new))
        self.policy = new
        if new.four_eyes:
            self.deeds.unapproved = who.user

    async def _alert(self) -> None:
        """A Unit raises one, mostly one that was offered something; perhaps about what was long ago."""
        chance = self.chance
        living = [name for name, unit in self.units.items() if not unit.gone]
        offered = [row.unit for row in self.seen().rows if row.offered_at is not None and row.unit in living]
        each = self.units[chance.choice(offered if offered and chance.random() < 0.8 else living)]
        at = to_datetime(Instant(self.clock.now - chance.choice((0, 0, 30 * HOUR))))
        alerts: tuple[AnyAlert, ...] = (
            SystemQuotaAlert(timestamp=at, node=NODE, parameter="ram", value=95, state="raise"),
            UpdateItemInstanceAlert(
                timestamp=at, item=ITEM, subject=SUBJECT, instance=0, version="2.0.0", message="crashes"
            ),
        )
        told = Report(each.name, Txn(self.ids.new()), Alerts(items=(chance.choice(alerts),)), self.clock.now)
        await keep(self.store, [told], self.clock.now)
        self.check()

    async def peace(self) -> None:
        self.doings, self.alarm = (), 0
        await super().peace()

    async def _patient(self) -> None:
        """Two who want it to go on."""
        for who in (MAKER, COLLEAGUE):
            await self.do(self._approve, who)
            await self.do(self._let_pass, who)
        if self.seen().state == "paused":
            await self.do(self._go_on, MAKER)


async def simulate(seed: int) -> World:
    """One world from its beginning to its end. Raises Violated."""
    with tempfile.TemporaryDirectory(prefix="aosedge-people-", dir=_fast()) as folder:
        return await lived(Peopled(seed, Path(folder)))
