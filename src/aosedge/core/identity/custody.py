"""Renews the Unit's certificates: when the cloud asks, and by itself in time. Stands between the line and the agent.

New key, new certificate, connect with it, confirm; once the cloud has the confirmation the old pair is let go of. A
new certificate that does not open the door is tried in turn with the old one, so that the Unit is never shut out.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from aosedge.core.cloudlink.tunnel import Way
from aosedge.core.domain.events import Connected, Disconnected, Event, Received
from aosedge.core.domain.renewal import Standing, next_step
from aosedge.core.identity import smith
from aosedge.core.identity.cabinet import TYPES, Cabinet, Facts, Pair
from aosedge.core.identity.parties import Line, Others
from aosedge.core.identity.smith import Smith
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.model.errors import AosError
from aosedge.model.ids import NodeName, SystemId
from aosedge.model.instants import HOUR, MINUTE, SECOND, Clock, Instant, Monotonic
from aosedge.protocol.messages import (
    DeprovisioningRequest,
    DeprovisioningResponse,
    FromUnit,
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    IssueUnitCertificates,
    RenewCertificatesNotification,
)
from aosedge.protocol.messages.from_cloud import IssuedCertificate
from aosedge.protocol.messages.from_unit import CertificateRequest, InstalledCertificate
from aosedge.protocol.messages.parts import CertificateType, ErrorInfo, Identity

INBOX_MOST: Final = 64
FAREWELL_US: Final = 10 * SECOND
"""How long a Unit that leaves waits until the cloud has heard it."""
WORDS_MOST: Final = 64
"""Of an error, as Units in the field cut it."""

log = Journal("aoscore.identity")


class Delivered(msgspec.Struct, frozen=True):
    """The cloud has this."""

    message: InstallUnitCertificatesConfirmation | DeprovisioningResponse


class Unit(msgspec.Struct, frozen=True):
    """Who it is, as custody needs it."""

    system_id: SystemId
    node: NodeName
    password: str
    """Of this node, from provisioning; empty where none was left."""


_MINE: Final = (RenewCertificatesNotification, IssuedUnitCertificates, DeprovisioningRequest)
_Work = Received | Connected | Delivered


class Custody:
    """One per agent. `hear`, `delivered` and `context` are the line's; `run` until cancelled."""

    def __init__(
        self,
        unit: Unit,
        cabinet: Cabinet,
        hear: Callable[[Event], Awaitable[None]],
        trust: Callable[[str], None],
        leave: Callable[[], None],
        gone: Callable[[], None],
        smith: Smith,
        clock: Clock,
    ) -> None:
        """`trust` is told the roots of a pair that has come into use; `leave` makes it durable that the Unit is
        deprovisioned, and after `gone` the agent ends.
        """
        self._unit, self._cabinet, self._trust, self._clock = unit, cabinet, trust, clock
        self._leave, self._gone, self._smith = leave, gone, smith
        self._leaves_by: Monotonic | None = None
        self._pass_on = hear
        self._inbox: asyncio.Queue[_Work] = asyncio.Queue(INBOX_MOST)
        self._facts: dict[str, Facts] = {}
        self._contexts: dict[str, Way] = {}
        self._due: dict[CertificateType, Monotonic] = {}
        self._offers_new = self._is_up = False
        self._reported: set[str] = set()
        self._asked_again: set[CertificateType] = set()
        self.others: Others | None = None
        """Of a main node that has others."""

    # what the line calls

    def context(self) -> Way:
        """TLS for the next attempt to connect."""
        pair = self.offer()
        if pair.chain not in self._contexts:
            self._contexts = {pair.chain: pair.client_context()}  # the other's TLS tickets are of no use any more
        return self._contexts[pair.chain]

    def offer(self) -> Pair:
        """The pair for the next attempt to connect: the successor first, then in turn with the old one."""
        upcoming, current = self._cabinet.upcoming("online"), self._cabinet.current("online")
        self._offers_new = upcoming is not None and upcoming.stage != "asked" and not self._offers_new
        pair = upcoming if self._offers_new else current
        if pair is None:
            raise AssertionError("the Unit has no online certificate")  # it was loaded with one
        return pair

    async def hear(self, event: Event) -> None:
        """What the line hears: certificates are dealt with here, everything else is the agent's."""
        match event:
            case Received(_, system_id, message) if isinstance(message, _MINE) and system_id == self._unit.system_id:
                await self._inbox.put(event)
                return
            case Connected():
                self._is_up = True
                await self._inbox.put(event)
            case Disconnected():
                self._is_up = self._offers_new = False  # a successor that opened the door is the first choice again
            case _:
                pass
        await self._pass_on(event)

    async def delivered(self, message: FromUnit) -> None:
        """The cloud has acknowledged this."""
        if isinstance(message, InstallUnitCertificatesConfirmation | DeprovisioningResponse):
            await self._inbox.put(Delivered(message))

    # the work, one thing after the other

    async def run(self, line: Line) -> None:
        """Renew, until cancelled. What the disk refuses is tried again."""
        try:
            await in_thread(self._cabinet.sweep)
        except OSError as error:
            log.error("old keys cannot be removed now", why=str(error))
        while True:
            wait_s = await self._look(line)
            try:
                async with asyncio.timeout(wait_s):
                    work = await self._inbox.get()
            except TimeoutError:
                continue
            await self._do(work, line)

    async def _do(self, work: _Work, line: Line) -> None:
        try:
            match work:
                case Received(message=RenewCertificatesNotification() as message):
                    await self._asked(message)
                    if self.others is not None:
                        await self.others.asked(message)
                case Received(message=IssuedUnitCertificates() as message):
                    await self._issued(message, line)
                    if self.others is not None:
                        await self.others.issued(message)
                case Connected():
                    self._connected()
                case Received(message=DeprovisioningRequest() as message):
                    await self._dismissed(message, line)
                case Delivered(message):
                    await self._delivered(message)
                case Received():
                    return
        except (OSError, AosError) as error:
            log.error("what the cloud says about certificates cannot be done now", why=str(error))
            if isinstance(work, Received):
                line.refuse(work.txn)
        else:
            if isinstance(work, Received):
                line.settle(work.txn)

    async def _look(self, line: Line) -> float:
        """Do what each certificate needs now; how long until the next look, in seconds."""
        if self._leaves_by is not None:
            left_us = self._leaves_by - self._clock.monotonic()
            if left_us <= 0:
                self._gone()
            return max(left_us / SECOND, 0.1)
        for type in TYPES:
            while self._due.get(type, Monotonic(0)) <= (now := self._clock.monotonic()):
                try:
                    pause_us = await self._step(type, line)
                except (OSError, AosError) as error:
                    log.error("a certificate cannot be renewed now", type=type, why=str(error))
                    pause_us = MINUTE
                self._due[type] = Monotonic(now + pause_us)
                if pause_us:
                    break
        return max(0.0, (min(self._due.values()) - self._clock.monotonic()) / SECOND)

    async def _step(self, type: CertificateType, line: Line) -> int:
        """What the certificate needs; how long until the next step, microseconds."""
        standing = await self._standing(type)
        if standing is None:
            return HOUR
        step = next_step(standing, self._clock.wall())
        match step.act:
            case "begin":
                await self._begin(type)
            case "ask":
                self._ask(type, line)
            case "try":
                line.reconnect()
            case "confirm":
                await self._confirm(type, line)
            case "give_up":
                await self._give_up(type, line)
            case "rest":
                pass
        return step.pause_us

    async def _standing(self, type: CertificateType) -> Standing | None:
        current, upcoming = self._cabinet.current(type), self._cabinet.upcoming(type)
        if current is None:
            return None
        facts = current.facts or self._facts.get(current.chain)
        if facts is None:
            facts = self._facts[current.chain] = await smith.describe(self._smith, current.chain)
        return Standing(
            facts.start,
            facts.end,
            chance=int(facts.serial[-8:], 16) / 16**8,
            taken_at=current.since,
            stage=upcoming.stage if upcoming is not None else "none",
            since=upcoming.since if upcoming is not None else Instant(0),
            works=type != "online" or (self._is_up and self._offers_new),
        )

    async def _begin(self, type: CertificateType) -> None:
        made = await smith.make(self._smith, type, self._unit.system_id)
        await in_thread(self._cabinet.begin, type, made.key, made.request, self._clock.wall())
        self._due[type] = Monotonic(0)
        log.info("renewing", type=type)

    def _ask(self, type: CertificateType, line: Line) -> None:
        upcoming = self._cabinet.upcoming(type)
        if upcoming is not None and self._is_up:
            request = CertificateRequest(type, Identity(codename=self._unit.node), upcoming.request)
            line.say(IssueUnitCertificates(requests=(request,)))

    async def _confirm(self, type: CertificateType, line: Line) -> None:
        """Once in the life of this process: the line keeps it until it is acknowledged."""
        upcoming = self._cabinet.upcoming(type)
        if upcoming is None or upcoming.facts is None or upcoming.facts.serial in self._reported:
            return
        if not upcoming.confirmed:
            await in_thread(self._cabinet.confirm, type, self._clock.wall())
        self._reported.add(upcoming.facts.serial)
        line.report(self._confirmation(type, upcoming.facts.serial))

    async def _give_up(self, type: CertificateType, line: Line) -> None:
        upcoming = self._cabinet.upcoming(type)
        await in_thread(self._cabinet.drop, type)
        why = "no certificate came" if upcoming is None or upcoming.facts is None else "the cloud does not let it in"
        log.warning("a renewal comes to nothing", type=type, why=why)
        if upcoming is not None and upcoming.facts is not None:
            line.report(self._confirmation(type, upcoming.facts.serial, why))

    def _confirmation(self, type: CertificateType, serial: str, why: str = "") -> InstallUnitCertificatesConfirmation:
        error = ErrorInfo(1, 1, why[:WORDS_MOST]) if why else None
        one = InstalledCertificate(type, Identity(codename=self._unit.node), serial, error)
        return InstallUnitCertificatesConfirmation(certificates=(one,))

    # what the cloud says

    async def _asked(self, message: RenewCertificatesNotification) -> None:
        mine = self._unit.node
        secrets = [each.secret for each in message.unit_secrets.nodes if each.node.codename == mine]
        if not self._unit.password or not any(_equal(secret, self._unit.password) for secret in secrets):
            log.warning("asked to renew certificates without this node's password", node=mine)
            return
        for each in message.certificates:
            if each.node.codename != mine or self._cabinet.current(each.type) is None:
                continue
            upcoming = self._cabinet.upcoming(each.type)
            if upcoming is None:
                await self._begin(each.type)
            elif upcoming.stage != "asked":
                self._asked_again.add(each.type)  # after the one that is under way
            self._due[each.type] = Monotonic(0)

    async def _issued(self, message: IssuedUnitCertificates, line: Line) -> None:
        for each in message.certificates:
            upcoming = self._cabinet.upcoming(each.type)
            if each.node.codename == self._unit.node and upcoming is not None and not upcoming.confirmed:
                await self._take(each, upcoming, line)

    async def _take(self, given: IssuedCertificate, upcoming: Pair, line: Line) -> None:
        current, type = self._cabinet.current("online"), given.type
        if upcoming.chain == given.certificate_chain or current is None:
            return
        now = self._clock.wall()
        question = smith.Check(type, self._unit.system_id, upcoming.key, given.certificate_chain, current.roots, now)
        found = await smith.check(self._smith, question)
        if isinstance(found, smith.Refused):
            log.warning("a new certificate is not taken", type=type, why=found.why)
            if found.serial:
                line.report(self._confirmation(type, found.serial, found.why))
            return
        await in_thread(self._cabinet.take, type, given.certificate_chain, found.roots, found.facts, now)
        self._due[type] = Monotonic(0)

    def _connected(self) -> None:
        if self.others is not None:
            self.others.connected()
        for type in TYPES:
            upcoming = self._cabinet.upcoming(type)
            if upcoming is not None and (type != "online" or upcoming.stage != "issued" or self._offers_new):
                self._due[type] = Monotonic(0)

    async def _dismissed(self, message: DeprovisioningRequest, line: Line) -> None:
        """The Unit is deprovisioned once that is durable; then the cloud is told, and has a while to hear it."""
        why = ""
        if message.node.codename != self._unit.node:
            node = message.node.codename or ""
            why = await self.others.dismiss(node, message.password) if self.others else "no such node here"
        elif not self._unit.password or not _equal(message.password, self._unit.password):
            why = "this is not the node's password"
        else:
            await in_thread(self._leave)
            self._leaves_by = Monotonic(self._clock.monotonic() + FAREWELL_US)
        log.info("deprovisioning", refused=why or "no")
        error = ErrorInfo(1, 1, why) if why else None
        line.say(DeprovisioningResponse(node=message.node, error_info=error))

    async def _delivered(self, message: InstallUnitCertificatesConfirmation | DeprovisioningResponse) -> None:
        if isinstance(message, DeprovisioningResponse):
            if self._leaves_by is not None:
                self._gone()
            return
        for one in message.certificates:
            upcoming = self._cabinet.upcoming(one.type)
            facts = upcoming.facts if upcoming is not None else None
            if one.error_info is not None or facts is None or facts.serial != one.serial:
                continue
            await in_thread(self._cabinet.adopt, one.type)
            self._due[one.type] = Monotonic(0)
            log.info("renewed", type=one.type, serial=one.serial)
            if one.type == "online" and upcoming is not None:
                self._trust(upcoming.roots)
            if one.type in self._asked_again:
                self._asked_again.discard(one.type)
                await self._begin(one.type)


def _equal(secret: str, other: str) -> bool:
    return hmac.compare_digest(secret.encode(), other.encode())
