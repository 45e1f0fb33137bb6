"""State of services that follows its user: asked for, waited for, put in place, and reported when it has settled.

A state is *known* when the cloud and this Unit agree on it, by checksum, durably. Unknown, it is asked for, and an
instance that does not run yet waits a little for it; nothing of it is reported, since the cloud may have a newer one.
Bytes are never in the ledger: what the cloud gave is unknown again until it lies on the disk, so that it is asked for
anew after a crash. A file that an instance left half written when the power went is none that was seen settled, and
its state is unknown too. The state of a group's instances is their Unit's own and none of this is about it.
"""

from collections.abc import Iterable, Mapping
from typing import assert_never

import msgspec

from aosedge.core.domain.effects import DropState, Effect, LookAtState, ReadState, Send, WriteState
from aosedge.core.domain.events import StateDropped, StateNotWritten, StateRead, StateSeen, StateWritten
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.state import KnownState, Policy, State
from aosedge.core.domain.supervision import News, Supervision
from aosedge.model.digests import sha3_224_hex
from aosedge.model.errors import Invalid
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.instants import Monotonic
from aosedge.protocol.messages import NewState, StateAcceptance, StateRequest, UpdateState
from aosedge.protocol.messages.parts import Identity
from aosedge.protocol.service_states import MOST_BYTES, read, written

StateEvent = StateSeen | StateRead | StateWritten | StateNotWritten | StateDropped


class Watch(msgspec.Struct):
    """What is going on with one state. `mark` tells one content of the file from the next, without reading it."""

    limit_bytes: int
    look_at: Monotonic
    ask_at: Monotonic
    wait_until: Monotonic | None = None
    """Until when the start waits for the state; None before it was asked for."""
    mark: str = ""
    since: Monotonic = Monotonic(0)
    """When the mark was seen first."""
    read_mark: str | None = None
    checksum: str = ""
    """Of what was read last."""
    looking: bool = False
    ask_delay_us: int = 0
    refusals: int = 0
    """Of reported states in a row: after the first, the cloud is asked ever later, as each costs a restart."""
    reported: str = ""
    """The checksum of what the cloud was told and has not judged."""
    reported_at: Monotonic = Monotonic(0)
    content: bytes | None = None
    """What the cloud gave, to be put in place while the instance does not run."""
    writing: bool = False


class ServiceStates:
    """The states of this node's instances of user subjects. The owner calls `step` after each batch of events."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.watches: dict[InstanceKey, Watch] = {}
        self.news: list[News] = []
        self._dropping: set[InstanceKey] = set()
        self._effects: list[Effect] = []
        self._connected = False

    # what came

    def connected(self, now: Monotonic) -> None:
        """The cloud is there again: it is asked and told anew."""
        for watch in self.watches.values():
            watch.ask_at, watch.ask_delay_us, watch.reported, watch.look_at = now, 0, "", now

    def judged(self, state: State, message: StateAcceptance, now: Monotonic) -> State:
        """The cloud took a reported state or did not; about any other than the last one it counts for nothing."""
        key = _key(message)
        watch = self.watches.get(key)
        if watch is None or not watch.reported or message.checksum != watch.reported:
            return state
        watch.reported = ""
        if message.result == "accepted":
            watch.refusals = 0
            return _with(state, key, checksum=message.checksum, reported="")
        self.news.append(News(key, f"the cloud did not take its state: {message.reason}"))
        first, most = self._policy.state_ask_first_us, self._policy.state_ask_most_us
        watch.ask_at = _after(now, min(first << watch.refusals - 1, most) if watch.refusals else 0)
        watch.refusals = min(watch.refusals + 1, 16)
        return _with(state, key, checksum="", reported="")

    def given(self, state: State, message: UpdateState, supervision: Supervision) -> State:
        """The cloud gave a state. The one that is there already changes nothing; another is put in place."""
        key = _key(message)
        watch = self.watches.get(key)
        if watch is None:
            return state
        try:
            content = read(message.state, message.state_encoding)
            _check(content, message.state_checksum, watch.limit_bytes)
        except Invalid as refusal:
            self.news.append(News(key, f"the state from the cloud is not taken: {refusal}"))
            return state
        watch.reported, watch.ask_delay_us = "", 0
        if watch.content is None and watch.read_mark == watch.mark and watch.checksum == message.state_checksum:
            return _with(state, key, checksum=message.state_checksum, reported="")
        watch.content = content
        supervision.renew(key)
        return _with(state, key, checksum="")

    def happened(self, state: State, event: StateEvent, supervision: Supervision, now: Monotonic) -> State:
        """What looking, reading, writing or dropping came to; late answers count for nothing."""
        if isinstance(event, StateDropped):
            self._dropping.discard(event.key)
            left = tuple(known for known in state.service_states if known.key != event.key)
            return state if event.key in self.watches else msgspec.structs.replace(state, service_states=left)
        watch = self.watches.get(event.key)
        if watch is None:
            return state
        match event:
            case StateSeen(key, mark):
                is_unreadable = mark == watch.mark  # not there, or it does not change and still can't be read
                self._seen(watch, mark, now)
                if is_unreadable and watch.read_mark is None:
                    watch.read_mark = mark
                    return self._doubted(state, key, watch, sha3_224_hex(b""), supervision, now)
            case StateRead():
                return self._read(state, watch, event, supervision, now)
            case StateWritten(key, checksum):
                return self._written(state, key, watch, checksum, now)
            case StateNotWritten(key, message):
                watch.content, watch.writing, watch.wait_until = None, False, now
                self.news.append(News(key, f"its state can't be written: {message}"))
            case _:
                assert_never(event)
        return state

    def _seen(self, watch: Watch, mark: str, now: Monotonic) -> None:
        watch.looking, watch.look_at = False, _after(now, self._policy.state_look_us)
        if mark != watch.mark:
            watch.mark, watch.since = mark, now

    def _read(self, state: State, watch: Watch, event: StateRead, supervision: Supervision, now: Monotonic) -> State:
        self._seen(watch, event.mark, now)
        key, is_first = event.key, watch.read_mark is None
        watch.read_mark = event.mark
        if event.size_bytes > watch.limit_bytes:
            words = f"its state has {event.size_bytes} bytes, at most {watch.limit_bytes}: not reported"
            self.news.append(News(key, words))
            watch.checksum = checksum_of(state, key)
            return state
        watch.checksum = sha3_224_hex(event.content)
        if is_first:
            state = self._doubted(state, key, watch, watch.checksum, supervision, now)
        if self._settled(watch, now):
            state = _with(state, key, local=watch.checksum)
            if self._connected and self._differs(watch, checksum_of(state, key)):
                watch.reported, watch.reported_at = watch.checksum, now
                state = _with(state, key, reported=watch.checksum)
                self._effects.append(Send(_new_state(key, watch.checksum, event.content)))
        return state

    def _doubted(
        self, state: State, key: InstanceKey, watch: Watch, checksum: str, supervision: Supervision, now: Monotonic
    ) -> State:
        """Of an instance that does not run, what is neither agreed on nor was found settled last is not believed.

        What was agreed on is not either where the cloud may have taken something newer, which the power took here.
        """
        known = next(known for known in state.service_states if known.key == key)
        agreed = checksum == known.checksum and not known.reported
        if not known.checksum or _is_up(supervision, key) or agreed or checksum == known.local:
            return state
        watch.wait_until = _after(now, self._policy.state_wait_us)
        return _with(state, key, checksum="")

    def _written(self, state: State, key: InstanceKey, watch: Watch, checksum: str, now: Monotonic) -> State:
        watch.writing = False
        if watch.content is None or sha3_224_hex(watch.content) != checksum:
            return state
        watch.content, watch.checksum, watch.mark, watch.read_mark = None, checksum, "", ""
        watch.look_at = now
        return _with(state, key, checksum=checksum, local=checksum, reported="")

    # what follows

    def step(
        self, state: State, placed: Iterable[InstanceSpec], supervision: Supervision, connected: bool, now: Monotonic
    ) -> State:
        """Ask, look, read, write, drop: whatever is due; the start of what has to wait is held back."""
        state, self._connected = self._follow(state, placed, now), connected
        held = set()
        for key, watch in self.watches.items():
            is_up = _is_up(supervision, key)
            self._write(key, watch, is_up)
            if connected:
                self._ask(state, key, watch, is_up, now)
            if supervision.listed:
                self._look(state, key, watch, now)
            waits = not checksum_of(state, key) and watch.wait_until is not None and now < watch.wait_until
            if watch.content is not None or watch.read_mark is None or waits:
                held.add(key)
        supervision.held = frozenset(held)
        self._drop(state, supervision)
        return state

    def take_effects(self) -> list[Effect]:
        """What is to be done; taken once."""
        effects, self._effects = self._effects, []
        return effects

    def due(self, state: State, now: Monotonic, connected: bool) -> list[Monotonic]:
        """When the clock alone has something for `step` to do."""
        times = []
        for key, watch in self.watches.items():
            times += [watch.look_at] if not watch.looking else []
            if connected and not checksum_of(state, key):
                times.append(watch.ask_at)
            if watch.wait_until is not None:
                times.append(watch.wait_until)
        return times

    def _follow(self, state: State, placed: Iterable[InstanceSpec], now: Monotonic) -> State:
        """Watch what is placed of the target's users; that it may have a file is durable before the file is."""
        users = frozenset(state.target.users) if state.target else frozenset()
        limits = {
            spec.key: min(spec.config.quotas.state_limit, MOST_BYTES)
            for spec in placed
            if spec.key.subject in users and spec.config.quotas.state_limit
        }
        for key in [key for key in self.watches if key not in limits]:
            del self.watches[key]
        for key, limit in limits.items():
            self.watches.setdefault(key, Watch(limit, now, now)).limit_bytes = limit
        there = {known.key for known in state.service_states}
        new = tuple(KnownState(key) for key in sorted(limits) if key not in there)
        return msgspec.structs.replace(state, service_states=(*state.service_states, *new)) if new else state

    def _ask(self, state: State, key: InstanceKey, watch: Watch, is_up: bool, now: Monotonic) -> None:
        if checksum_of(state, key) or watch.content is not None or now < watch.ask_at:
            return
        first, most = self._policy.state_ask_first_us, self._policy.state_ask_most_us
        watch.ask_delay_us = min(max(watch.ask_delay_us * 2, first), most)
        watch.ask_at = _after(now, watch.ask_delay_us)
        if watch.wait_until is None:
            watch.wait_until = now if is_up else _after(now, self._policy.state_wait_us)
        self._effects.append(
            Send(StateRequest(item=Identity(id=key.item), subject=Identity(id=key.subject), instance=key.number))
        )

    def _look(self, state: State, key: InstanceKey, watch: Watch, now: Monotonic) -> None:
        if watch.looking or now < watch.look_at or watch.writing:
            return
        if watch.reported and now >= _after(watch.reported_at, self._policy.state_ask_first_us):
            watch.reported = ""  # it got lost
        watch.looking = True
        known = checksum_of(state, key)
        differs = self._connected and self._differs(watch, known)
        settled = self._settled(watch, now) and (watch.read_mark != watch.mark or differs)
        reads = watch.read_mark is None or settled
        self._effects.append(ReadState(key, watch.limit_bytes) if reads else LookAtState(key))

    def _settled(self, watch: Watch, now: Monotonic) -> bool:
        return watch.mark != "" and now >= _after(watch.since, self._policy.state_quiet_us)

    def _differs(self, watch: Watch, known: str) -> bool:
        """Whether there is something to report: never of a state that is unknown."""
        return known != "" and watch.content is None and watch.checksum not in (known, watch.reported)

    def _write(self, key: InstanceKey, watch: Watch, is_up: bool) -> None:
        if watch.content is not None and not watch.writing and not is_up:
            watch.writing = True
            self._effects.append(WriteState(key, watch.content))

    def _drop(self, state: State, supervision: Supervision) -> None:
        """Let go of states of subjects that nothing here wants any more, once their instances are gone."""
        if not state.service_states:
            return
        counts = _wanted(state)
        for key in [known.key for known in state.service_states]:
            wanted = key.number < counts.get((key.item, key.subject), 0)
            if not wanted and key not in self._dropping and key not in supervision.lives and supervision.listed:
                self._dropping.add(key)
                self._effects.append(DropState(key))


def checksum_of(state: State, key: InstanceKey) -> str:
    """The checksum that the cloud and this Unit agree on; empty while it is unknown."""
    return next((known.checksum for known in state.service_states if known.key == key), "")


def _wanted(state: State) -> Mapping[tuple[ItemId, SubjectId], int]:
    sets = [state.good, *([state.update.set] if state.update else []), *([state.target.set] if state.target else [])]
    counts: dict[tuple[ItemId, SubjectId], int] = {}
    for wish in (wish for one in sets for wish in one.wishes):
        counts[wish.item, wish.subject] = max(wish.count, counts.get((wish.item, wish.subject), 0))
    return counts


def _is_up(supervision: Supervision, key: InstanceKey) -> bool:
    """Whether the instance may be writing."""
    life = supervision.lives.get(key)
    return life is not None and life.condition not in ("waiting", "failed")


def _with(state: State, key: InstanceKey, **changes: str) -> State:
    """With this known of the instance's state."""
    entries = tuple(
        msgspec.structs.replace(known, **changes) if known.key == key else known for known in state.service_states
    )
    if entries == state.service_states:
        return state
    return msgspec.structs.replace(state, service_states=entries)


def _check(content: bytes, checksum: str, most: int) -> None:
    if sha3_224_hex(content) != checksum:
        raise Invalid("wrong checksum")
    if len(content) > most:
        raise Invalid(f"{len(content)} bytes, at most {most}")


def _key(message: StateAcceptance | UpdateState) -> InstanceKey:
    item, subject = message.item, message.subject
    name = SubjectId(subject.id or subject.codename or "")
    return InstanceKey(ItemId(item.id or item.codename or ""), name, message.instance)


def _new_state(key: InstanceKey, checksum: str, content: bytes) -> NewState:
    text, encoding = written(content)
    return NewState(
        item=Identity(id=key.item),
        subject=Identity(id=key.subject),
        instance=key.number,
        state_checksum=checksum,
        state=text,
        state_encoding=encoding,
    )


def _after(now: Monotonic, microseconds: int) -> Monotonic:
    return Monotonic(now + microseconds)
