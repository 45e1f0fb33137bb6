"""Renews the certificates of secondary nodes, for which the cloud knows the main node alone.

As `custody` does for the main node's own: when the cloud asks, and in time before they end. The node makes its keys
and keeps its certificates; what is here may be lost and asked for again. An `iam` certificate works once the node has
come with it; others once the node has taken them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import msgspec

from aosedge.core.domain.renewal import Standing, next_step
from aosedge.core.identity.cabinet import Facts
from aosedge.core.identity.custody import WORDS_MOST
from aosedge.core.identity.node_records import NodeRecords, Paper, Place, Successor
from aosedge.core.identity.parties import Line
from aosedge.core.journal import Journal
from aosedge.core.nodes import Answered, Apply, CreateKey, Dismiss, Question
from aosedge.model.errors import AosError
from aosedge.model.ids import NodeName
from aosedge.model.instants import DAY, HOUR, MINUTE, SECOND, Clock, Instant, Monotonic
from aosedge.protocol.messages import (
    InstallUnitCertificatesConfirmation,
    IssuedUnitCertificates,
    IssueUnitCertificates,
    RenewCertificatesNotification,
)
from aosedge.protocol.messages.from_unit import CertificateRequest, InstalledCertificate
from aosedge.protocol.messages.parts import ErrorInfo, Identity

NO_END: Final = 365 * DAY
"""How far away the end of a certificate is taken to be that the main node has never seen."""

log = Journal("aoscore.nodes")


class NodesCustody:
    """One per agent of a main node. `run` until cancelled; the rest is custody's and the nodes' line's."""

    def __init__(self, records: NodeRecords, ask: Callable[[Question], Awaitable[Answered]], clock: Clock) -> None:
        """`ask` has a node do something."""
        self._records, self._ask_node, self._clock = records, ask, clock
        self._came_with: dict[NodeName, Facts] = {}
        self._came_at: dict[NodeName, Instant] = {}
        self._due: dict[Place, Monotonic] = {}
        self._reported: set[str] = set()
        self._news = asyncio.Event()

    # what happens

    def came(self, with_: Mapping[NodeName, Facts]) -> None:
        """Who is on the line, each with its `iam` certificate."""
        changed = {node for node, facts in with_.items() if self._came_with.get(node) != facts}
        self._came_with = dict(with_)
        self._came_at = {node: self._came_at.get(node, self._clock.wall()) for node in with_}
        self._hurry(place for place in self._records.places() if place[0] in changed)

    def connected(self) -> None:
        """The cloud hears again."""
        self._hurry(place for place in self._records.places() if self._records.paper(place).successor)

    async def asked(self, message: RenewCertificatesNotification) -> None:
        """An order to renew. The nodes themselves look at their passwords. Raises OSError."""
        passwords = {each.node.codename: each.secret for each in message.unit_secrets.nodes}
        for each in message.certificates:
            node = NodeName(each.node.codename or "")
            if node not in self._records.nodes or not passwords.get(node):
                continue
            place = node, each.type
            paper = self._records.paper(place)
            if paper.successor is None or paper.successor.stage != "asked":
                await self._records.put(place, msgspec.structs.replace(paper, order=passwords[node]))
            self._hurry([place])

    async def issued(self, message: IssuedUnitCertificates) -> None:
        """Certificates for nodes' requests. Raises OSError."""
        for each in message.certificates:
            node = NodeName(each.node.codename or "")
            if node not in self._records.nodes:
                continue
            place = node, each.type
            paper = self._records.paper(place)
            was = paper.successor
            if was is None or was.confirmed or was.chain == each.certificate_chain:
                continue
            new = Successor(was.request, self._clock.wall(), each.certificate_chain)
            await self._records.put(place, msgspec.structs.replace(paper, successor=new))
            self._hurry([place])

    async def delivered(self, message: InstallUnitCertificatesConfirmation) -> None:
        """The cloud has this. Raises OSError."""
        for each in message.certificates:
            node = NodeName(each.node.codename or "")
            if node not in self._records.nodes or each.error_info is not None:
                continue
            place = node, each.type
            paper = self._records.paper(place)
            if (done := paper.successor) is None or done.facts is None or done.facts.serial != each.serial:
                continue
            now = self._clock.wall()
            after = msgspec.structs.replace(paper, facts=done.facts, taken_at=now, successor=None)
            await self._records.put(place, after)
            self._hurry([place])
            log.info("renewed", node=node, type=each.type, serial=each.serial)

    async def dismiss(self, node: str, password: str) -> str:
        """Deprovision a node that is there; why not, empty if it was done."""
        return (await self._ask_node(Dismiss(node, password))).why_not

    def _hurry(self, places: Iterable[Place]) -> None:
        for place in places:
            self._due[place] = Monotonic(0)
        self._news.set()

    # the work, one thing after the other

    async def run(self, line: Line) -> None:
        """Renew, until cancelled."""
        while True:
            self._news.clear()
            pause_s = await self._look(line)
            try:
                async with asyncio.timeout(pause_s):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _look(self, line: Line) -> float:
        """Do what is due; how long until the next look, in seconds."""
        for place in self._records.places():
            if self._due.get(place, Monotonic(0)) > self._clock.monotonic():
                continue
            self._due[place] = Monotonic(self._clock.monotonic() + HOUR)  # what happens meanwhile may hurry it
            try:
                pause_us = await self._step(place, line)
            except (OSError, AosError) as error:
                log.error("a node's certificate cannot be renewed now", node=place[0], type=place[1], why=str(error))
                pause_us = MINUTE
            if self._due[place]:
                self._due[place] = Monotonic(self._clock.monotonic() + pause_us)
        now = self._clock.monotonic()
        return max(0.0, (min(self._due.values(), default=Monotonic(now + HOUR)) - now) / SECOND)

    async def _step(self, place: Place, line: Line) -> int:
        """What the certificate needs; how long until the next step, microseconds."""
        paper, now = self._records.paper(place), self._clock.wall()
        step = next_step(self._standing(place, paper, now), now)
        successor, is_there = paper.successor, place[0] in self._came_with
        match step.act:
            case "begin" if is_there:
                return await self._begin(place, paper)
            case "ask" if successor is not None:
                line.say(IssueUnitCertificates(requests=(_request(place, successor),)))
            case "try" if is_there and successor is not None:
                return await self._hand_on(place, paper, successor, line) or step.pause_us
            case "confirm" if successor is not None:
                await self._confirm(place, paper, successor, line)
            case "give_up" if successor is not None:
                await self._drop(place, paper, successor, "the node does not come with it", line)
            case _:
                return max(step.pause_us, SECOND)
        return step.pause_us

    def _standing(self, place: Place, paper: Paper, now: Instant) -> Standing:
        node, type = place
        came = self._came_with.get(node)
        facts = paper.facts or (came if type == "iam" else None) or Facts("0" * 8, now, Instant(now + NO_END))
        successor = paper.successor
        taken = successor.facts if successor is not None else None
        return Standing(
            facts.start,
            facts.end,
            chance=int(facts.serial[-8:], 16) / 16**8,
            taken_at=paper.taken_at,
            stage=successor.stage if successor is not None else "none",
            since=max(successor.since, self._came_at.get(node, now)) if successor is not None else Instant(0),
            works=taken is not None and (type != "iam" or came == taken),
            wanted=bool(paper.order),
        )

    async def _begin(self, place: Place, paper: Paper) -> int:
        node, type = place
        password = paper.order or paper.password
        if not password:
            log.warning("a node's certificate is to be renewed, but its password is not known", node=node, type=type)
            return HOUR
        answer = await self._ask_node(CreateKey(node, type, password))
        paper = self._records.paper(place)
        if not answer.is_there:
            return MINUTE
        if answer.why_not:
            log.warning("a node makes no key", node=node, type=type, why=answer.why_not)
            if paper.order == password:
                await self._records.put(place, msgspec.structs.replace(paper, order=""))
            return HOUR
        new = Successor(answer.request, self._clock.wall())
        await self._records.put(place, msgspec.structs.replace(paper, password=password, order="", successor=new))
        log.info("renewing", node=node, type=type)
        return 0

    async def _hand_on(self, place: Place, paper: Paper, successor: Successor, line: Line) -> int:
        """How long to wait, if not as usual."""
        node, type = place
        answer = await self._ask_node(Apply(node, type, successor.chain))
        paper = self._records.paper(place)
        if paper.successor != successor:
            return 0
        if not answer.is_there:
            return MINUTE
        if answer.why_not:
            told = msgspec.structs.replace(successor, facts=answer.facts)
            await self._drop(place, paper, told, answer.why_not, line)
            return MINUTE if paper.order else 0
        taken = msgspec.structs.replace(successor, facts=answer.facts)
        await self._records.put(place, msgspec.structs.replace(paper, successor=taken))
        if type != "iam" or self._came_with.get(node) == answer.facts:
            self._hurry([place])
        return 0

    async def _confirm(self, place: Place, paper: Paper, successor: Successor, line: Line) -> None:
        """Once in the life of this process: the line keeps it until it is acknowledged."""
        if successor.facts is None or successor.facts.serial in self._reported:
            return
        if not successor.confirmed:
            sure = msgspec.structs.replace(successor, confirmed=True, since=self._clock.wall())
            await self._records.put(place, msgspec.structs.replace(paper, successor=sure))
        self._reported.add(successor.facts.serial)
        line.report(_confirmation(place, successor.facts.serial))

    async def _drop(self, place: Place, paper: Paper, successor: Successor, why: str, line: Line) -> None:
        await self._records.put(place, msgspec.structs.replace(paper, successor=None))
        log.warning("a renewal comes to nothing", node=place[0], type=place[1], why=why)
        if successor.facts is not None:
            line.report(_confirmation(place, successor.facts.serial, why))


def _request(place: Place, successor: Successor) -> CertificateRequest:
    node, type = place
    return CertificateRequest(type, Identity(codename=node), successor.request)


def _confirmation(place: Place, serial: str, why: str = "") -> InstallUnitCertificatesConfirmation:
    node, type = place
    error = ErrorInfo(1, 1, why[:WORDS_MOST]) if why else None
    one = InstalledCertificate(type, Identity(codename=node), serial, error)
    return InstallUnitCertificatesConfirmation(certificates=(one,))
