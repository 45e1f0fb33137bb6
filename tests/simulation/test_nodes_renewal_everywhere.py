"""Renewal of a secondary node's certificates with the power going before every change of either node's disk.

Both nodes' parts are the real ones, as are the rules of the cloud's half; gRPC and the processes are left out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from tests.simulation.test_renewal_everywhere import LIVES_MOST, LOOK_S, PASSWORD, UNIT, Cloud, Line
from tests.simulation.world.disk import Disk, PowerCut

from aosedge.clock import SystemClock
from aosedge.core.identity.cabinet import Cabinet, Facts
from aosedge.core.identity.node_custody import NodesCustody
from aosedge.core.identity.node_records import NodeRecords
from aosedge.core.identity.nodes import key_of
from aosedge.core.identity.roll import Known, Roll, read_known, write_known
from aosedge.core.identity.succession import Succession
from aosedge.core.nodes import Answered, Apply, CreateKey, Question
from aosedge.model.errors import AosError, NotAllowed
from aosedge.model.ids import NodeName, Txn, UnitId
from aosedge.protocol.messages import (
    FromCloud,
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    RenewCertificatesNotification,
)
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.protocol.messages.parts import CertificateType, Identity
from aosedge.trust import csr
from aosedge.trust.certificates import Authority, describe, parse_pem

LEFT = NodeName("left")
TYPES: tuple[CertificateType, ...] = ("iam", "sm")


def facts_of(chain: str) -> Facts:
    said = describe(parse_pem(chain))
    return Facts(said.serial, said.not_before, said.not_after)


class Life:
    """Both nodes from their start to the next power cut."""

    def __init__(self, world: "World") -> None:
        self.world, self.line = world, Line(world.main)
        self.node = Succession(world.node, TYPES, SystemClock())
        self.node.sweep()
        self.roll = Roll(world.main)
        self.records = NodeRecords(world.main)
        self.custody = NodesCustody(self.records, self.ask, SystemClock())
        self.on_the_way: list[FromCloud] = []

    def register(self) -> None:
        """I8: one of two attempts opens the line, whatever happened before."""
        for _ in range(2):
            pair = self.node.offer()
            try:
                self.roll.admit(LEFT, key_of(parse_pem(pair.chain)))
            except NotAllowed:
                continue
            self.node.opened()
            self.custody.came({LEFT: facts_of(pair.chain)})
            return
        raise AssertionError("no identity works")

    async def ask(self, question: Question) -> Answered:
        try:
            match question:
                case CreateKey(_, type, password):
                    return Answered(request=self.node.create_key(type, password, UNIT))
                case Apply(_, type, chain):
                    return self.hand_on(type, chain)
                case _:
                    raise AssertionError(question)
        except AosError as error:
            return Answered(str(error))

    def hand_on(self, type: CertificateType, chain: str) -> Answered:
        if type == "iam":
            self.roll.expect(LEFT, key_of(parse_pem(chain)))
        self.node.apply(type, chain, UNIT)
        if self.node.tries:
            self.custody.came({})
            self.register()
        return Answered(facts=facts_of(chain))

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.custody.run(self.line))
            self.register()
            self.custody.connected()
            for _, message in self.line.spool.messages():
                self.line.say(message)
            if (told := self.world.cloud.notification()) is not None:
                await self.tell(told)
            while not self.is_over():
                await self.attend()
            running.cancel()

    async def attend(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                said = await self.line.said.get()
        except TimeoutError:
            await self.deliver(0)
            return
        assert said is not None
        self.on_the_way += filter(None, (self.world.cloud.attend(said), self.world.second_order()))
        await self.deliver(self.world.on_the_way_most)
        if isinstance(said, InstallUnitCertificatesConfirmation):
            await self.custody.delivered(said)
            for txn in [txn for txn, kept in self.line.spool.messages() if kept == said]:
                self.line.spool.remove(Txn(txn))

    async def deliver(self, left: int) -> None:
        while len(self.on_the_way) > left:
            await self.tell(self.on_the_way.pop(0))

    async def tell(self, message: FromCloud) -> None:
        if isinstance(message, RenewCertificatesNotification):
            await self.custody.asked(message)
        elif isinstance(message, IssuedUnitCertificates):
            await self.custody.issued(message)

    def is_over(self) -> bool:
        kept = set(self.world.node.paths())
        under_way = [self.records.paper(place).successor for place in self.records.places()]
        clean = kept == {"iam.pair", "sm.pair", "roots.pem", "node.secret"}
        return self.world.cloud.done and clean and not any(under_way) and not self.line.spool.messages()


class World:
    def __init__(self, authority: Authority, seed: int) -> None:
        self.main, self.node = (Disk(Random(seed + part), 1 << 30) for part in range(2))
        self.cloud = Cloud(authority, LEFT, TYPES)
        self.old_keys = self.cloud.register(self.node)
        self.node.write("node.secret", PASSWORD.encode())
        self.node.sync("node.secret")
        self.node.sync_folder("")
        chain = self.node.read("iam.pem").decode()
        status = NodeStatus(Identity(codename=LEFT), Identity(codename="type"), "provisioned", False)
        facts = {type: facts_of(self.node.read(f"{type}.pem").decode()) for type in TYPES}
        write_known(self.main, {LEFT: Known(key_of(parse_pem(chain)), status, password=PASSWORD, facts=facts)})
        self.main.changes = self.node.changes = 0
        self.on_the_way_most = 0
        self.until_second_order = 0
        """How many messages until somebody asks again; 0 for never."""

    def second_order(self) -> FromCloud | None:
        self.until_second_order -= 1
        if self.until_second_order:
            return None
        self.cloud.ask_again()
        return self.cloud.notification()

    @asynccontextmanager
    async def power(self, keep: float) -> AsyncIterator[None]:
        """The power of both may go, and comes back."""
        try:
            yield
        except* PowerCut:
            self.main.lose_power(keep)
            self.node.lose_power(keep)

    async def until_renewed(self) -> None:
        for _ in range(LIVES_MOST):
            async with self.power(1.0), asyncio.timeout(30):
                await Life(self).run()
                return
        raise AssertionError("never renewed")

    def check_end(self) -> None:
        """I8: the newest identity works. I12: nothing is left of the others, their keys least of all."""
        cabinet, left = Cabinet(self.node), b"".join(self.node.read(path) for path in self.node.paths())
        for type in TYPES:
            pair = cabinet.current(type)
            assert pair is not None
            assert self.cloud.opens[type] == {facts_of(pair.chain).serial}
            if type == "iam":
                known = read_known(self.main)[LEFT]
                assert (known.key, known.next_key) == (key_of(parse_pem(pair.chain)), "")
        assert not [key for key in self.old_keys if key.splitlines()[1].encode() in left]
        assert b"PRIVATE KEY" not in b"".join(self.main.read(path) for path in self.main.paths())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("ca"), "localhost", SystemClock().wall())


async def test_renewal_of_a_node_without_a_power_cut(authority: Authority) -> None:
    world = World(authority, 1)
    await world.until_renewed()
    world.check_end()
    assert world.main.changes > 20 and world.node.changes > 20, (world.main.changes, world.node.changes)


@pytest.mark.parametrize("keep", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("whose", ["main", "node"])
async def test_wherever_the_power_goes_a_node_has_an_identity_that_works(
    authority: Authority, whose: str, keep: float
) -> None:
    """I8, I12, I6: what was confirmed twice counts once."""
    world = World(authority, 0)
    await world.until_renewed()
    for at in range(getattr(world, whose).changes):
        cut = World(authority, at)
        disk: Disk = getattr(cut, whose)
        disk.cut_at_change = at
        async with cut.power(keep), asyncio.timeout(30):
            await Life(cut).run()
        await cut.until_renewed()
        cut.check_end()


@pytest.mark.parametrize("on_the_way_most", [0, 1, 3])
@pytest.mark.parametrize("after", range(1, 6))
async def test_asked_again_at_any_moment_a_renewal_goes_on(
    authority: Authority, after: int, on_the_way_most: int
) -> None:
    """I8, I12; what the cloud says comes late."""
    world = World(authority, 1)
    world.until_second_order, world.on_the_way_most = after, on_the_way_most
    await world.until_renewed()
    world.check_end()


async def test_a_second_certificate_for_the_key_in_use_is_taken_and_one_for_a_lost_key_is_not(
    authority: Authority,
) -> None:
    world = World(authority, 1)
    await world.until_renewed()
    life, now = Life(world), SystemClock().wall()
    pair = Cabinet(world.node).current("sm")
    assert pair is not None
    again = authority.issue_unit(pair.request, UnitId("u"), UNIT, "sm", now).chain_pem
    assert (await life.ask(Apply(LEFT, "sm", again))).why_not == ""
    taken = Cabinet(world.node).current("sm")
    assert taken is not None and (taken.key, taken.chain) == (pair.key, again)
    request = csr.unit_request(csr.new_key("p384"), UNIT, "sm")
    other = authority.issue_unit(request, UnitId("u"), UNIT, "sm", now).chain_pem
    assert "no key for it" in (await life.ask(Apply(LEFT, "sm", other))).why_not


async def test_a_wrong_password_renews_nothing(authority: Authority) -> None:
    world = World(authority, 1)
    world.node.write("node.secret", b"another")
    life = Life(world)
    life.register()
    told = world.cloud.notification()
    assert told is not None
    await life.tell(told)
    pause_s = await life.custody._look(life.line)
    assert pause_s > 0 and life.line.said.empty()
    assert [life.records.paper(place).order for place in life.records.places()] == ["", ""]
