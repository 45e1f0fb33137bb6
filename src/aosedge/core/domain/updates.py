"""The update machine: from the last good set to the target, step by step, and back by itself.

`idle > downloading > pending > installing > launching > waiting_active > finalizing > idle`; the phase is part of the
durable state, what is counted and timed here is not: an agent that starts again asks for the same things again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import assert_never

import msgspec

from aosedge.core.domain.acquisition import Acquisition
from aosedge.core.domain.consent import Step, consent
from aosedge.core.domain.contents import Content
from aosedge.core.domain.events import Cause, ContentFailed, InstallFailed
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.overrides import applied, next_end
from aosedge.core.domain.placement import Placement, place
from aosedge.core.domain.plans import plan, still_quarantined
from aosedge.core.domain.presence import Presence
from aosedge.core.domain.sets import ReleaseSet, Swap, swaps
from aosedge.core.domain.state import Phase, Policy, Quarantined, State, Target, Update
from aosedge.core.domain.supervision import News, Supervision
from aosedge.model.digests import Digest
from aosedge.model.ids import ItemId
from aosedge.model.instants import SECOND, Instant, Monotonic, Now
from aosedge.model.preconditions import Signal
from aosedge.protocol.messages.parts import NOT_PLACED, Waiting

Specs = Mapping[InstanceKey, tuple[Digest, InstanceSpec]]
RUNNING = ("launching", "waiting_active", "finalizing")


class Hold(msgspec.Struct):
    """A part of the target that cannot be taken now; `until` None waits for another target."""

    reason: str
    until: Monotonic | None
    delay_us: int
    held: bool = True


class Updates:
    """Owns the durable state. `advance` goes as far as it can without waiting."""

    def __init__(self, state: State, policy: Policy, supervision: Supervision, presence: Presence) -> None:
        self.state = state
        self.acquisition = Acquisition(policy)
        self.news: list[News] = []
        self.notes: list[str] = []
        """What went wrong with content or a whole update, for the cloud to hear."""
        self._policy, self._supervision, self._presence = policy, supervision, presence
        self._holds: dict[Digest, Hold] = {}
        self.plan = plan(state, state.target.set if state.target else state.good, {})
        """What of the target is held back, and why."""
        self.signals: dict[str, Signal] = {}
        self.held: Waiting | None = None
        """What holds the update where it is."""
        self._look_at: Instant | None = None
        self._stale = True
        self._littered = True
        self._deadline: Monotonic | None = None
        self._inputs: tuple[object, ...] = ()
        self._placement = Placement((), ())
        self._placed: Specs = {}

    # what shall run

    def placement(self) -> Placement:
        """Instances of the set that shall run: the last good one until the new one is launched."""
        update = self.state.update
        wanted = update.set if update and update.phase in RUNNING else self.state.good
        inputs = (wanted, self.state.contents, self.state.unit_config, self.state.overrides)
        if len(self._inputs) != len(inputs) or any(a is not b for a, b in zip(self._inputs, inputs, strict=True)):
            self._inputs, self._placement = inputs, self._place(wanted)
            self._placed = {spec.key: (spec.digest(), spec) for spec in self._placement.placed}
        return self._placement

    def specs(self, now: Monotonic) -> Specs:
        """What of the placed instances may run now: nothing on a paused node, not past its offline TTL."""
        self.placement()
        if self.state.target is not None and self.state.target.paused:
            return {}
        return {k: s for k, s in self._placed.items() if not self._presence.expired(s[1], now)}

    # what came

    def accept(self, target: Target) -> None:
        """A newer target. With other content whatever was under way is given up; the last good set stays."""
        old = self.state.target
        self._set(target=target)
        if old is not None and target.unscheduled == (old.unscheduled or old.digest):
            return
        if self.state.update is not None:
            self._littered = True
        self._deadline = None
        self._holds.clear()
        self.state = still_quarantined(self.state, target.set)
        kept = self.state.good.index_digests()
        self._set(update=None, contents=tuple(c for c in self.state.contents if c.index_digest in kept))
        self.acquisition.only(target.set.index_digests())
        self._supervision.retry_failed()
        self._stale = True

    def clear(self, digest: Digest | None) -> None:
        """A person allows failed content again."""
        left = tuple(q for q in self.state.quarantine if digest is not None and q.digest != digest)
        self._set(quarantine=left)
        self._holds.clear()
        self._supervision.retry_failed()
        self._stale = True

    def content_ready(self, content: Content) -> bool:
        """Take verified content; whether it was waited for."""
        waited = self.acquisition.ready(content)
        if waited:
            self._set(contents=(*self.state.contents, content))
        return waited

    def content_failed(self, event: ContentFailed | InstallFailed, now: Now) -> bool:
        """Try again, hold back or quarantine, by cause; whether it was waited for."""
        digest, update = event.index_digest, self.state.update
        if not self.acquisition.failed(digest) or update is None or update.phase in RUNNING:
            return False
        if isinstance(event, InstallFailed) and event.cause != "disk":
            self._set(contents=tuple(c for c in self.state.contents if c.index_digest != digest))
            update = self._enter(update, "downloading")
        self._not_here(update, digest, event.cause, event.message, now)
        return True

    def collected(self) -> bool:
        """Garbage is gone: content may be fetched again, and a finished update is over; whether one was."""
        self.acquisition.collecting -= 1
        update = self.state.update
        over = not self.acquisition.collecting and update is not None and update.phase == "finalizing"
        if over:
            self._set(update=None)
            self._stale = True
        return over

    # what follows

    def advance(self, now: Now, report: Callable[[], None]) -> None:
        """Phase after phase until something has to be waited for; `report` is called after each change of phase."""
        for hold in self._holds.values():
            if hold.held and hold.until is not None and hold.until <= now.mono:
                hold.held, self._stale = False, True
        while True:
            before = self.state.update
            self._step(now)
            after = self.state.update
            if after is before:
                return
            if (before and before.phase) != (after and after.phase):
                report()

    def due(self, now: Now) -> list[Monotonic]:
        """When the clock alone may change something."""
        times = self.acquisition.due() + self._presence.due(spec for _, spec in self._placed.values())
        times += [h.until for h in self._holds.values() if h.held and h.until is not None]
        if self._deadline is not None:
            times.append(self._deadline)
        for at in (self._look_at, next_end(self.state.overrides)):
            if at is not None:
                times.append(Monotonic(now.mono + min(at - now.wall, self._policy.clock_look_us)))
        return times

    def said(self, signals: Mapping[str, Signal | None]) -> None:
        """What is known of things that preconditions ask about; it is not durable, and unknown after a restart."""
        known = {**self.signals, **signals}
        self.signals = {name: value for name, value in known.items() if value is not None}

    def _step(self, now: Now) -> None:
        update = self.state.update
        self.held = self._look_at = None
        if update is None:
            self._begin()
            return
        match update.phase:
            case "downloading":
                self._download(update, now)
            case "pending":
                if self._may("install", update, now):
                    self._enter(update, "installing")
            case "installing":
                self._install(update, now)
            case "launching" | "waiting_active":
                self._launch(update, now)
            case "finalizing":
                if not self.acquisition.collecting:
                    self._finish(update)
            case _:
                assert_never(update.phase)

    def _begin(self) -> None:
        if not self._stale:
            return
        self._stale = False
        self._plan()
        if self.plan.taken:
            self._set(update=Update("downloading", self.plan.set, self.plan.changed()))
            if self._littered:
                self._littered = False
                self._collect()

    def _may(self, step: Step, update: Update, now: Now) -> bool:
        """Whether the step may be taken now; if not, why is `held`, and time may change it at `_look_at`."""
        found = consent(self.state, update, step, self.signals, now.wall)
        self.held, self._look_at = found.held, found.look_again_at
        return found.held is None

    def _download(self, update: Update, now: Now) -> None:
        here = {c.index_digest for c in self.state.contents}
        missing = [i.index_digest for i in update.set.items if i.index_digest not in here]
        if not missing:
            self._enter(update, "pending")
        elif self._may("download", update, now):
            self.acquisition.fetch(dict.fromkeys(missing), now.mono)
        else:
            self.acquisition.pause()

    def _install(self, update: Update, now: Now) -> None:
        wanted = update.set
        fresh = wanted.index_digests() - self.state.good.index_digests()
        unpacked = [c for c in self.state.contents if c.index_digest in fresh]
        if not self.acquisition.install(unpacked, now.mono, begin=False):
            if self._may("install", update, now):
                self.acquisition.install(unpacked, now.mono)
            return
        placement = self._place(wanted)
        homeless = {u.key.item: u.reason for u in placement.unplaced}
        for swap in self._taken(wanted):
            reasons = [homeless[i] for i in sorted(swap.items) if i in homeless]
            if reasons and (swap.new.bundles or (swap.old.wishes and swap.changed_content())):
                self._hold(swap, f"{NOT_PLACED}{reasons[0]}", None)
                self._retreat(update)
                return
        rests = any(self._presence.expired(spec, now.mono) for spec in placement.placed)
        paused = self.state.target is not None and self.state.target.paused
        if not rests and not paused and self._supervision.listed and self._may("activate", update, now):
            self._relaunch(update, now)

    def _relaunch(self, update: Update, now: Now) -> None:
        """Begin to start the set; one that was begun too often without coming to an end is given up."""
        update = msgspec.structs.replace(update, phase="launching", launches=update.launches + 1)
        self._set(update=update)
        self._deadline = self._deadline_from(now)
        taken = self._taken(update.set)
        if update.launches > self._policy.launches_most and taken:
            self._fail(update, {s: {} for s in taken}, f"not finished after {update.launches - 1} launches", now)

    def _launch(self, update: Update, now: Now) -> None:
        if not self._supervision.listed:
            return
        if self._deadline is None:
            self._relaunch(update, now)
            return
        self.placement()
        watched = {k: s for k, s in self._placed.items() if k.item in update.changed}
        if any(self._presence.expired(spec, now.mono) for _, spec in watched.values()):
            self._deadline = self._deadline_from(now)
            return
        waiting = [k for k, s in watched.items() if not self._supervision.proven(*s, now.mono)]
        lives = self._supervision.lives
        lost = [k for k in waiting if k in lives and lives[k].condition == "failed"]
        blamed = self._blame(update.set, waiting if self._deadline <= now.mono else lost)
        if blamed:
            why = "not healthy by its deadline" if self._deadline <= now.mono else "crash loop"
            self._fail(update, blamed, why, now)
        elif not waiting or self._deadline <= now.mono or len(lost) == len(waiting):
            self._finish(update)
        elif update.phase == "launching" and all(self._supervision.launched(*s) for s in watched.values()):
            self._enter(update, "waiting_active")

    def _finish(self, update: Update) -> None:
        """The set is the last good one from here on; what else lies on the disk may go."""
        self._deadline = None
        self._enter(update, "finalizing")
        kept = update.set.index_digests()
        self._set(good=update.set, contents=tuple(c for c in self.state.contents if c.index_digest in kept))
        self._plan()
        self._collect()

    # what goes wrong

    def _blame(self, wanted: ReleaseSet, keys: Iterable[InstanceKey]) -> dict[Swap, dict[InstanceKey, str]]:
        """Parts of the target that these instances belong to, as far as there is something to go back to."""
        blamed: dict[Swap, dict[InstanceKey, str]] = {}
        for key in keys:
            life = self._supervision.lives.get(key)
            for swap in self._taken(wanted):
                if key.item in swap.items:
                    blamed.setdefault(swap, {})[key] = life.message if life else ""
        return blamed

    def _fail(self, update: Update, blamed: Mapping[Swap, Mapping[InstanceKey, str]], why: str, now: Now) -> None:
        """Back to the last good versions of these parts; their content is not tried again (I7)."""
        for swap, keys in blamed.items():
            items = {k.item for k in keys}
            fresh = {i.index_digest for i in swap.new.items if i.item in items} & swap.changed_content()
            words = "; ".join(filter(None, (why, *dict.fromkeys(keys.values()))))
            for digest in sorted(fresh or swap.changed_content() or {swap.new.digest()}):
                self._quarantine(digest, words, now)
            self.news += [News(key, f"{words}; back to the last good set") for key in keys]
            self.notes.append(f"{self._called(swap.items)}: {words}; back to the last good set")
        self._retreat(update)
        self._deadline = self._deadline_from(now)

    def _not_here(self, update: Update, digest: Digest, cause: Cause, message: str, now: Now) -> None:
        if cause == "untrusted":
            self._quarantine(digest, message, now)
            self.notes.append(f"{digest}: {message}; not taken")
            self._retreat(update)
        elif not self.acquisition.again(digest, cause, message, now.mono, self._presence.connected):
            for swap in [s for s in self._taken(update.set) if digest in s.new.index_digests()]:
                self._hold(swap, message, now.mono)
            self.notes.append(f"{digest}: {message}; tried again later")
            self._retreat(update)

    def _hold(self, swap: Swap, reason: str, now: Monotonic | None) -> None:
        new = swap.new.digest()
        before = self._holds.get(new)
        delay_us = min(before.delay_us * 2, self._policy.hold_most_us) if before else self._policy.hold_first_us
        until = None if now is None else Monotonic(now + delay_us)
        self._holds[new] = Hold(reason, until, delay_us)

    def _quarantine(self, digest: Digest, message: str, now: Now) -> None:
        others = tuple(q for q in self.state.quarantine if q.digest != digest)
        self._set(quarantine=(*others, Quarantined(digest, message, now.wall)))

    def _retreat(self, update: Update) -> None:
        """Go on with what is left of the update; before the launch, with nothing left, it is over."""
        self._plan()
        left = plan(self.state, update.set, self._held())
        phase: Phase = update.phase if left.taken else "finalizing"
        phase = "launching" if update.phase in RUNNING else phase
        self._set(update=msgspec.structs.replace(update, set=left.set, phase=phase))

    # small parts

    def _called(self, items: Iterable[ItemId]) -> str:
        """As people call them, where the cloud has said so."""
        names = dict(self.state.target.names) if self.state.target else {}
        return ", ".join(sorted(names.get(item) or item for item in items))

    def _plan(self) -> None:
        target = self.state.target
        self.plan = plan(self.state, target.set if target else self.state.good, self._held())

    def _held(self) -> dict[Digest, str]:
        return {d: h.reason for d, h in self._holds.items() if h.held}

    def _taken(self, wanted: ReleaseSet) -> list[Swap]:
        return [s for s in swaps(self.state.good, wanted) if s.old != s.new]

    def _place(self, wanted: ReleaseSet) -> Placement:
        contents = {c.index_digest: c for c in self.state.contents}
        return applied(self.state.overrides, place(wanted, contents, self._policy, self.state.unit_config))

    def _deadline_from(self, now: Now) -> Monotonic:
        checks = [s.config.health_check for s in self.placement().placed]
        start_s = max((c.start_period.total_seconds() for c in checks if c), default=0.0)
        return Monotonic(now.mono + self._policy.healthy_within_us + int(start_s * SECOND))

    def _collect(self) -> None:
        target = self.state.target.set.index_digests() if self.state.target else frozenset()
        self.acquisition.collect(self.state.good.index_digests() | target)

    def _enter(self, update: Update, phase: Phase) -> Update:
        entered = msgspec.structs.replace(update, phase=phase)
        self._set(update=entered)
        return entered

    def _set(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)
