"""A Unit with a service whose state follows its user."""

import msgspec
from tests.unit.core.playbook import Play, digest, key, target

from aosedge.core.domain.effects import (
    DropState,
    Effect,
    LookAtState,
    ReadState,
    Send,
    WriteState,
)
from aosedge.core.domain.events import (
    Connected,
    Event,
    StateDropped,
    StateNotWritten,
    StateRead,
    StateSeen,
    StateWritten,
)
from aosedge.model.digests import sha3_224_hex
from aosedge.model.oci import ItemConfig, Quotas
from aosedge.protocol.messages import StateAcceptance, UpdateState
from aosedge.protocol.messages.from_cloud import DesiredSubject
from aosedge.protocol.messages.from_unit import UpdateItemInstanceAlert
from aosedge.protocol.messages.parts import Identity

KEY = key("a")
STATEFUL = ItemConfig(quotas=Quotas(state_limit=100))
USER = (DesiredSubject(identity=Identity(id="s"), type="user"),)
GROUP = (DesiredSubject(identity=Identity(id="s"), type="group"),)
ASKED = (LookAtState, ReadState, WriteState, DropState)


def update(content: bytes) -> UpdateState:
    return UpdateState(
        item=Identity(id="a"),
        subject=Identity(id="s"),
        instance=0,
        state_checksum=sha3_224_hex(content),
        state=content.decode(),
    )


class Stateful(Play):
    """A play whose world has state files and a service that writes them."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.files: dict[object, bytes] = {}
        self.fails = self.is_unreadable = False
        self.pending: list[Effect] = []
        for name in ("a1", "a2"):
            self.configs[digest(name)] = STATEFUL

    def on(self, *events: Event) -> "Stateful":
        super().on(*events)
        self.pending += [effect for effect in self.effects if isinstance(effect, ASKED)]
        return self

    def settle(self, *but: type) -> "Stateful":
        super().settle(*but)
        while self.pending:
            effects, self.pending = self.pending, []
            self.on(*(self._did(effect) for effect in effects))
            super().settle(*but)
        return self

    def _did(self, effect: Effect) -> Event:
        match effect:
            case LookAtState(key):
                return StateSeen(key, self.mark(key))
            case ReadState(key, most):
                if key not in self.files or self.is_unreadable:
                    return StateSeen(key, self.mark(key))
                content = self.files[key]
                return StateRead(key, self.mark(key), len(content), content if len(content) <= most else b"")
            case WriteState(key, content):
                if self.fails:
                    return StateNotWritten(key, "no space left")
                self.files[key] = content
                return StateWritten(key, sha3_224_hex(content))
            case DropState(key):
                self.files.pop(key, None)
                return StateDropped(key)
        raise AssertionError(effect)

    def mark(self, key: object) -> str:
        return sha3_224_hex(self.files[key]) if key in self.files else ""

    def sent(self, kind: type) -> list:
        return [e.message for e in self.all if isinstance(e, Send) and isinstance(e.message, kind)]

    def give(self, content: bytes, **more: object) -> "Stateful":
        self.receive(msgspec.structs.replace(update(content), **more))
        return self.settle()

    def judge(self, content: bytes, result: str = "accepted") -> "Stateful":
        self.receive(
            StateAcceptance(
                item=Identity(id="a"),
                subject=Identity(id="s"),
                instance=0,
                checksum=sha3_224_hex(content),
                result=result,  # type: ignore[arg-type]
                reason="" if result == "accepted" else "no",
            )
        )
        return self.settle()

    def known(self) -> str:
        return next((k.checksum for k in self.state.service_states if k.key == KEY), "-")

    def words(self) -> list[str]:
        return [a.message for a in self.alerts() if isinstance(a, UpdateItemInstanceAlert)]


def begun(subjects: tuple[DesiredSubject, ...] = USER) -> Stateful:
    """Connected, with the target; what it asks for was not answered yet."""
    play = Stateful()
    play.booted().settle().on(Connected()).receive(target("a1", subjects=subjects))
    return play.settle()


def at_work(content: bytes = b"one") -> Stateful:
    """The instance runs with a state that the cloud gave."""
    play = begun().give(content)
    play.pass_time(20)
    assert play.phase() == "idle"
    assert KEY in play.running
    play.all.clear()
    return play
