"""A cloud and a Unit as processes, and what they say while one more instance comes and goes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import urlopen

import msgspec
from tests.system.cloud_process import CloudProcess

from aosedge.cli.client import Client
from aosedge.clock import SystemClock
from aosedge.model.instants import MILLISECOND, SECOND, Instant, from_datetime
from aosedge.trust import tls

ROOT = Path(__file__).parents[1]
PATIENCE_S = 60.0
STEPS = (
    "the API call itself, before it is accepted",
    "compiled, sent, and heard by the agent",
    "written to the Unit's ledger, fsync",
    "network arranged",
    "started",
    "ready: until a probe is answered",
)
ENTRY = "aosedge.cli."


class Said(msgspec.Struct, frozen=True):
    """Something that happened, as cloud or agent told it."""

    at: Instant
    what: str
    fields: dict[str, Any]


class Round(msgspec.Struct, frozen=True):
    """Milliseconds from the accepted call; `steps` follow each other."""

    healthy_ms: float
    known_ms: float
    steps: dict[str, float]


class Ear:
    """What is said, in its order, and waiting for something to be said."""

    def __init__(self) -> None:
        self._said: list[Said] = []
        self._change = threading.Condition()

    def hear(self, said: Said) -> None:
        with self._change:
            self._said.append(said)
            self._change.notify_all()

    def forget(self) -> None:
        with self._change:
            self._said.clear()

    def first(self, wanted: Callable[[Said], bool]) -> Said:
        """The first that is wanted; raises TimeoutError with all that was said instead."""

        def found() -> Said | None:
            return next((one for one in self._said if wanted(one)), None)

        with self._change:
            if not self._change.wait_for(lambda: found() is not None, PATIENCE_S):
                raise TimeoutError(f"not said: {[(one.what, one.fields) for one in self._said][-20:]}")
            said = found()
            assert said is not None
            return said


class Place:
    """Both sides, with the sample server running once on the Unit."""

    def __init__(self, folder: Path, runtime: str) -> None:
        self.unit, self.kind = folder / "unit", ""
        self._folder, self._clock = folder, SystemClock()
        self._cloud = CloudProcess(folder / "cloud")
        self._agent_says, self._cloud_says = Ear(), Ear()
        self._environment = {
            **self._cloud.environment,
            "AOSCORE_STATE_FOLDER": str(self.unit),
            "AOSCORE_BRIDGE": f"l{os.getpid()}",
            "AOSCORE_SUBNET": "10.68.0.0/24",
            "AOSCORE_RUNTIME": runtime,
            "AOSCORE_LOG_LEVEL": "debug",
        }
        self._agent: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._end()

    def _begin(self) -> None:
        self._run("aoscloud", "init")
        self._cloud.start()
        users = self._folder / "cloud" / "users"
        self._run("aoscore", "provision", "--cloud", self._cloud.url, "--user", str(users / "oem.p12"))
        self._start_agent()
        self._oem, self._unit = self._person("oem"), self._card()
        listening = threading.Thread(target=self._listen_to_cloud, args=(self._person("oem"),), daemon=True)
        listening.start()
        bundle = self._folder / "hello.tar.gz"
        build = [sys.executable, "examples/hello/build.py", "--folder", str(self._folder / "hello")]
        made = subprocess.run(
            [*build, "--sign-with", str(users / "sp.p12"), "--output", str(bundle)],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert made.returncode == 0
        self._person("sp").upload("deployment-bundles/upload/", bundle, lambda count: None)
        item = next(one for one in self._until(self._items) if one["codename"] == "hello-server")
        self._item = item["id"]
        self._subject = self._oem.post("subjects/", {"title": "loop", "type": "group"})["id"]
        self._oem.put(f"subjects/{self._subject}/units/{self._unit}/", {})
        self._assign(1)
        self._settled(1)

    def _end(self) -> None:
        if self._agent is not None:
            self._run("aoscore", "down")
            self._agent.wait(PATIENCE_S)
        if self._cloud.url:
            self._cloud.stop()

    # what is measured

    def grow(self) -> Round:
        """Ask for a second instance, until it is healthy and the cloud knows."""
        self._agent_says.forget()
        self._cloud_says.forget()
        called = self._clock.wall()
        self._assign(2)
        accepted = self._clock.wall()
        known = self._cloud_says.first(lambda said: said.fields["update_state"] in ("finalizing", "idle"))
        heard = self._agent_says.first(lambda said: said.fields.get("message") == "DesiredStatus")
        saved = self._agent_says.first(lambda said: said.what == "saved" and said.at >= heard.at)
        arranged = self._agent_says.first(lambda said: said.fields.get("event") == "Arranged")
        started = self._agent_says.first(lambda said: said.fields.get("event") == "InstanceStarted")
        key = started.fields["instance"]
        healthy = self._agent_says.first(
            lambda said: said.fields.get("healthy") is True and said.fields["instance"] == key
        )
        self._check_answer()
        self._settled(2)
        times = [called, accepted, heard.at, saved.at, arranged.at, started.at, healthy.at]
        spent = [(after - before) / MILLISECOND for before, after in pairwise(times)]
        return Round(
            (healthy.at - accepted) / MILLISECOND,
            (known.at - accepted) / MILLISECOND,
            dict(zip(STEPS, spent, strict=True)),
        )

    def shrink(self) -> None:
        """Back to one instance, until nothing of the other is left."""
        self._agent_says.forget()
        self._assign(1)
        self._agent_says.first(lambda said: said.fields.get("event") == "InstanceStopped")
        self._settled(1)

    def bundle(self) -> Path:
        """The OCI bundle of the instance that runs all the time."""
        [config] = (self.unit / "instances" / "instances").glob("*/config.json")
        return config.parent

    def _check_answer(self) -> None:
        """Both instances answer, to us too."""
        book = json.loads((self.unit / "instances" / "addresses.json").read_text())
        addresses = list(book["given"].values())
        assert len(addresses) == 2, book
        for address in addresses:
            with urlopen(f"http://{address}:8080/", timeout=5) as answer:
                assert answer.status == 200

    # both sides

    def _run(self, program: str, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", ENTRY + program, *words],
            env=self._environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def _person(self, name: str) -> Client:
        context = tls.client_context_from_p12(self._folder / "cloud" / "users" / f"{name}.p12")
        return Client(self._cloud.url, context)

    def _card(self) -> str:
        found: str = json.loads(self._run("aoscore", "status", "--json"))["system_id"]
        return found

    def _items(self) -> list[dict[str, Any]]:
        return [item for item in self._person("sp").every("items/") if item["newest_version"]]

    def _assign(self, instances: int) -> None:
        self._oem.post(f"subjects/{self._subject}/assignments/", {"item_id": self._item, "num_instances": instances})

    def _settled(self, instances: int) -> None:
        """Until the cloud knows that the Unit runs so many and is done with everything."""

        def so() -> bool:
            view = self._oem.get(f"units/{self._unit}/")
            active = [one for one in view["instances"] if one["state"] == "active"]
            return view["deployment"] == "in_sync" and len(active) == len(view["instances"]) == instances

        self._until(so)

    def _until(self, ask: Callable[[], Any]) -> Any:
        end = self._clock.monotonic() + PATIENCE_S * SECOND
        while self._clock.monotonic() < end:
            if found := ask():
                return found
            threading.Event().wait(0.05)
        raise TimeoutError("not settled")

    def _start_agent(self) -> None:
        self._agent = subprocess.Popen(
            [sys.executable, "-m", ENTRY + "aoscore", "run", "--json"],
            env=self._environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        threading.Thread(target=self._listen_to_agent, args=(self._agent,), daemon=True).start()
        self.kind = self._agent_says.first(lambda said: said.what == "runtime").fields["kind"]
        self._agent_says.first(lambda said: said.what == "connected")

    def _listen_to_agent(self, agent: "subprocess.Popen[str]") -> None:
        assert agent.stderr is not None
        with agent.stderr as lines:
            for line in lines:
                try:
                    fields = json.loads(line)
                except ValueError:
                    sys.stderr.write(line)
                    continue
                self._agent_says.hear(Said(_instant(fields.pop("at")), fields.pop("said"), fields))

    def _listen_to_cloud(self, client: Client) -> None:
        for view in client.events(86_400):
            if view:
                self._cloud_says.hear(Said(self._clock.wall(), "unit", view))


def _instant(text: str) -> Instant:
    return from_datetime(datetime.fromisoformat(text))
