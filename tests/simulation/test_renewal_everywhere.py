"""Renewal of a Unit's certificates with the power going before every change of its disk, and again in recovery.

The Unit's custody, cabinet and spool are the real ones, as are the rules of the cloud's half; the certificates too.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from tests.simulation.world.disk import Disk, PowerCut

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.domain import renewals
from aosedge.cloud.domain.renewals import Renewal
from aosedge.core.domain.events import Connected, Disconnected, Event, Received
from aosedge.core.identity import custody, forge
from aosedge.core.identity.cabinet import Cabinet
from aosedge.core.identity.custody import Custody
from aosedge.core.identity.smith import Answer, Question
from aosedge.core.store.spool import Spool
from aosedge.model.ids import NodeName, SystemId, Txn, UnitId
from aosedge.protocol.messages import (
    FromCloud,
    FromUnit,
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    IssueUnitCertificates,
)
from aosedge.protocol.messages.from_cloud import IssuedCertificate
from aosedge.protocol.messages.parts import CertificateType, Identity
from aosedge.trust import csr
from aosedge.trust.certificates import Authority, key_pem, parse_pem, serial_of

UNIT, NODE, PASSWORD = SystemId("unit-1"), NodeName("main"), "a password"
RENEWED: tuple[CertificateType, ...] = ("online", "iam")
LIVES_MOST = 12
LOOK_S = 0.01


class Cloud:
    """What the cloud knows of one node of a Unit; its rules are `cloud.domain.renewals`."""

    def __init__(
        self, authority: Authority, node: NodeName = NODE, types: tuple[CertificateType, ...] = RENEWED
    ) -> None:
        self.authority, self.node = authority, node
        self.opens: dict[CertificateType, set[str]] = {type: set() for type in types}
        self.renewals: dict[CertificateType, Renewal] = {}
        self.keys: dict[str, tuple[object, str]] = {}

    def register(self, disk: Disk) -> list[str]:
        """The files that provisioning leaves; the old keys."""
        now, old = SystemClock().wall(), []
        for type in self.opens:
            key = csr.new_key("p384")
            pem = key_pem(key)
            issued = self.authority.issue_unit(csr.unit_request(key, UNIT, type), UnitId("u"), UNIT, type, now)
            self.opens[type] = {issued.serial}
            disk.write(f"{type}.key", pem)
            disk.write(f"{type}.pem", issued.chain_pem.encode())
            self.renewals[type] = Renewal(UnitId("u"), type, self.node, issued.serial, "requested", now)
            old.append(pem.decode())
        disk.write("roots.pem", self.authority.root_pem().encode())
        for path in disk.paths():
            disk.sync(path)
        disk.sync_folder("")
        return old

    def arrives(self, serial: str) -> bool:
        """Whether this online certificate opens the door."""
        renewal = self.renewals["online"]
        if serial in self.opens["online"] and renewal.state == "issued" and renewal.new_serial == serial:
            self.settle(renewals.seen(renewal))
        return serial in self.opens["online"]

    def notification(self) -> FromCloud | None:
        return renewals.notification(self.renewals.values(), {}, {self.node: PASSWORD})

    def ask_again(self) -> None:
        """Somebody asks for what is under way."""
        for type, each in self.renewals.items():
            if each.state != "done":
                self.renewals[type] = renewals.asked_again(each, SystemClock().wall())

    def attend(self, message: FromUnit) -> FromCloud | None:
        if isinstance(message, IssueUnitCertificates):
            given = tuple(self.issue(one.type, one.csr) for one in message.requests)
            return IssuedUnitCertificates(certificates=given)
        if isinstance(message, InstallUnitCertificatesConfirmation):
            for renewal, error in renewals.of_confirmation(message, tuple(self.renewals.values())):
                assert not error
                self.settle(renewals.confirmed(renewal))
        return None

    def issue(self, type: CertificateType, request: str) -> IssuedCertificate:
        renewal = self.renewals[type]
        key = csr.unit_key_of(request, UNIT, type)
        known, chain = self.keys.get(renewal.new_serial, (None, ""))
        if key != known:
            issued = self.authority.issue_unit(request, UnitId("u"), UNIT, type, SystemClock().wall())
            chain = issued.chain_pem
            if renewal.new_serial and not renewal.seen:
                self.opens[type].discard(renewal.new_serial)
            self.keys[issued.serial] = key, chain
            self.opens[type].add(issued.serial)
            renewal = renewals.issued(renewal, issued.serial)
        self.renewals[type] = renewals.issued_again(renewal)
        return IssuedCertificate(type, Identity(codename=self.node), chain)

    def settle(self, renewal: Renewal) -> None:
        self.renewals[renewal.type] = renewal
        if renewal.state == "done":
            self.opens[renewal.type] = {renewal.new_serial}

    @property
    def done(self) -> bool:
        return all(each.state == "done" for each in self.renewals.values())


class Forge:
    """The smith without a process of its own."""

    async def answer(self, question: Question) -> Answer:
        return forge.answer(question)


class Line:
    """A line to the cloud that keeps what must be kept, as the real one does."""

    def __init__(self, disk: Disk) -> None:
        self.spool, self.ids = Spool(disk), RandomIds()
        self.said: asyncio.Queue[FromUnit | None] = asyncio.Queue()

    def say(self, message: FromUnit) -> None:
        self.said.put_nowait(message)

    def report(self, message: FromUnit) -> None:
        self.spool.put(Txn(self.ids.new()), message)
        self.said.put_nowait(message)

    def settle(self, txn: Txn) -> None:
        pass

    def refuse(self, txn: Txn) -> None:
        raise AssertionError("what the cloud says is taken")

    def reconnect(self) -> None:
        self.said.put_nowait(None)


async def deaf(event: Event) -> None:
    """The agent has nothing to do here."""


def never() -> None:
    raise AssertionError("nobody deprovisions this Unit")


class World:
    def __init__(self, authority: Authority, seed: int) -> None:
        self.cloud, self.disk = Cloud(authority), Disk(Random(seed), 1 << 30)
        self.old_keys = self.cloud.register(self.disk)
        self.disk.changes = 0

    async def live(self) -> None:
        """One life of the agent: until everything is renewed and cleared up."""
        line = Line(self.disk)
        unit = custody.Unit(UNIT, NODE, PASSWORD)
        mine = Custody(unit, Cabinet(self.disk), deaf, lambda _: None, never, never, Forge(), SystemClock())
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            running = group.create_task(mine.run(line))
            while not self.is_over(line):
                await self.connect(mine, line)
            running.cancel()

    async def connect(self, mine: Custody, line: Line) -> None:
        """One connection: one of two attempts opens the door, whatever happened before."""
        for _ in range(2):
            serial = serial_of(parse_pem(mine.offer().chain))
            if self.cloud.arrives(serial):
                break
        else:
            raise AssertionError("no identity works")
        await mine.hear(Connected())
        for _, message in line.spool.messages():
            line.say(message)
        await self.tell(mine, self.cloud.notification())
        while not self.is_over(line):
            try:
                async with asyncio.timeout(LOOK_S):
                    said = await line.said.get()
            except TimeoutError:
                continue  # it tidies up, and says nothing of it
            if said is None:
                break
            await self.tell(mine, self.cloud.attend(said))
            if isinstance(said, InstallUnitCertificatesConfirmation):
                await mine.delivered(said)
                for txn in [txn for txn, kept in line.spool.messages() if kept == said]:
                    line.spool.remove(txn)
        await mine.hear(Disconnected())

    async def tell(self, mine: Custody, message: FromCloud | None) -> None:
        if message is not None:
            await mine.hear(Received(Txn(RandomIds().new()), UNIT, message))

    def is_over(self, line: Line) -> bool:
        names = {path for path in self.disk.paths() if not path.startswith("spool/")}
        return self.cloud.done and names == {"online.pair", "iam.pair", "roots.pem"} and not line.spool.messages()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("ca"), "localhost", SystemClock().wall())


@asynccontextmanager
async def power(world: World, cut_at: int | None, keep: float) -> AsyncIterator[None]:
    """The power goes at this change of the disk, and comes back."""
    world.disk.cut_at_change = cut_at
    try:
        yield
    except* PowerCut:
        world.disk.lose_power(keep)


async def until_renewed(world: World) -> None:
    for _ in range(LIVES_MOST):
        async with power(world, None, 1.0):
            await world.live()
            return
    raise AssertionError("never renewed")


def check_end(world: World) -> None:
    """I8: the newest identity works. I12: nothing is left of the others, their keys least of all."""
    left = b"".join(world.disk.read(path) for path in world.disk.paths())
    cabinet = Cabinet(world.disk)
    for type in RENEWED:
        pair = cabinet.current(type)
        assert pair is not None and pair.facts is not None
        assert world.cloud.opens[type] == {pair.facts.serial}
    assert not [key for key in world.old_keys if key.encode() in left or key.splitlines()[1].encode() in left]


async def test_renewal_without_a_power_cut(authority: Authority) -> None:
    world = World(authority, 1)
    await until_renewed(world)
    check_end(world)
    assert 15 <= world.disk.changes <= 60, world.disk.changes


@pytest.mark.parametrize("keep", [0.0, 0.5, 1.0])
async def test_wherever_the_power_goes_an_identity_works_and_the_renewal_ends(
    authority: Authority, keep: float
) -> None:
    """I8, I12, I6: what was confirmed twice counts once."""
    world = World(authority, 0)
    await until_renewed(world)
    for at in range(world.disk.changes):
        cut = World(authority, at)
        async with power(cut, at, keep):
            await cut.live()
        await until_renewed(cut)
        check_end(cut)


async def test_a_successor_that_cannot_be_read_does_not_shut_the_unit_out(authority: Authority) -> None:
    """I8."""
    world = World(authority, 1)
    world.disk.write("online.next", b"not what was written")
    await until_renewed(world)
    check_end(world)


@pytest.mark.slow
async def test_the_power_may_go_again_in_recovery(authority: Authority) -> None:
    """I8, I12."""
    world = World(authority, 0)
    await until_renewed(world)
    for first in range(world.disk.changes):
        for second in range(0, world.disk.changes, 3):
            cut = World(authority, first * 1000 + second)
            for at in (first, second):
                async with power(cut, at + cut.disk.changes if at is second else at, 0.5):
                    await cut.live()
            await until_renewed(cut)
            check_end(cut)
