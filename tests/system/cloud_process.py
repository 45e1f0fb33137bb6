"""A real `aoscloud serve` in its own folder, and people with real certificates of every role and of two tenants."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.domain.access.callers import Caller, Role, Task
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Organization
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.store import EverySession, open_store
from aosedge.model.ids import FleetId, OrgId, UserId
from aosedge.trust import certificates, csr, tls
from aosedge.trust.certificates import Authority

API = "/api/v11"
PATIENCE_S = 60
"""How long a busy machine may take to answer."""
PEOPLE: dict[str, tuple[Role, str]] = {
    "owner": ("fleet_owner", "oem"),
    "auditor": ("auditor", "oem"),
    "stranger": ("oem", "other"),
}
"""Besides those that `aoscloud init` makes: name, role, whose organization."""


class CloudProcess:
    """One installation. `start` and `stop` may be repeated; what is in the folder stays."""

    def __init__(self, folder: Path, *, within: Sequence[str] = (), api_port: int = 0) -> None:
        """`within` is a command that runs another, such as one that enters a network namespace."""
        self.folder, self._within = folder, list(within)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AOS", "PYTHON"))},
            "AOSCLOUD_DATA_FOLDER": str(folder),
            "AOSCLOUD_API_PORT": str(api_port),
            "AOSCLOUD_UNIT_PORT": "0",
            "AOSCLOUD_CHANNEL_PORT": "0",
            "AOS_CONFIG": str(folder / "logins"),
        }
        self.url = self.discovery_url = ""
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def init(self) -> None:
        """What `aoscloud init` makes, and the further people: a copy, so its authority is that of others too."""
        shutil.copytree(_installed().name, self.folder, dirs_exist_ok=True)

    def init_anew(self) -> None:
        """With an authority and keys of its own."""
        done = self.run("aosedge.cli.aoscloud", "init")
        assert done.returncode == 0, done.stderr
        asyncio.run(self._add_people())

    def run(self, module: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One of our commands to its end."""
        command = [*self._within, sys.executable, "-m", module, *words]
        return subprocess.run(
            command, env=self.environment | environment, capture_output=True, text=True, check=False, timeout=60
        )

    def aos(self, user: str, *words: str) -> subprocess.CompletedProcess[str]:
        """`aos`, as this user."""
        p12, ca = self.folder / "users" / f"{user}.p12", self.folder / "root.pem"
        return self.run("aosedge.cli.app", *words, AOS_USER=str(p12), AOS_URL=self.url, AOS_CA=str(ca))

    def start(self) -> None:
        """Serve, until it says that it is ready."""
        ready = threading.Event()
        command = [*self._within, sys.executable, "-m", "aosedge.cli.aoscloud", "serve"]
        self._process = subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self._listen, args=(self._process, ready), daemon=True).start()
        assert ready.wait(30), self.lines
        found = re.search(r"API (\S+)/api/v11, Units (\S+)", "\n".join(self.lines))
        assert found, self.lines
        self.url, self.discovery_url = found.groups()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it; gives the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        code = self._process.wait(20)
        self._process = None
        return code

    def person(self, user: str) -> httpx.Client:
        """A client with this user's certificate."""
        context = tls.client_context_from_p12(self.folder / "users" / f"{user}.p12")
        return httpx.Client(base_url=self.url + API, verify=context, trust_env=False, timeout=PATIENCE_S)

    def nobody(self) -> httpx.Client:
        """A client without a certificate."""
        context = tls.client_context((self.folder / "root.pem").read_text())
        return httpx.Client(base_url=self.url + API, verify=context, trust_env=False, timeout=PATIENCE_S)

    def serial_of(self, user: str) -> str:
        """The serial of a user's certificate."""
        _key, leaf, _others = certificates.load_p12((self.folder / "users" / f"{user}.p12").read_bytes())
        return certificates.serial_of(leaf)

    def revoke(self, serial: str) -> None:
        """Revoke a certificate in the store, beside the running process."""

        async def work() -> None:
            store = open_store(f"sqlite:///{self.folder / 'aoscloud.db'}")
            caller = Caller(Task("test"), "r", SystemClock().wall())
            await store.write_every(caller, lambda session: session.certificates.revoke(serial))
            await store.close()

        asyncio.run(work())

    def _listen(self, process: "subprocess.Popen[str]", ready: threading.Event) -> None:
        assert process.stderr is not None
        with process.stderr as said:
            for line in said:
                self.lines.append(line.rstrip())
                if line.strip() == "ready":
                    ready.set()
        ready.set()

    async def _add_people(self) -> None:
        authority, now = Authority.load(self.folder / "ca"), SystemClock().wall()
        store = open_store(f"sqlite:///{self.folder / 'aoscloud.db'}")

        def add(session: EverySession) -> None:
            ids = RandomIds()
            organizations = {o.kind: o.id for o in session.organizations.all()}
            other = Organization(OrgId(ids.new()), "oem", "Other OEM", now)
            session.organizations.add(other)
            session.fleets.add(Fleet(FleetId(ids.new()), other.id, "others", now))
            mine = frozenset(fleet.id for fleet in session.fleets.page(title="default").items)
            for name, (role, whose) in PEOPLE.items():
                org = other.id if whose == "other" else organizations["oem"]
                fleets = mine if role == "fleet_owner" else frozenset[FleetId]()
                user = User(UserId(ids.new()), org, role, name, now, fleets=fleets)
                session.users.add(user)
                issued, p12 = authority.issue_user_p12(user.id, name, now)
                (self.folder / "users" / f"{name}.p12").write_bytes(p12)
                kept = (issued.serial, "user", user.id, "user", issued.fingerprint, issued.not_after, now, issued.pem)
                session.certificates.add(Certificate(*kept))  # type: ignore[arg-type]

        await store.write_every(Caller(Task("test"), "r", now), add)
        await store.close()


@cache
def _installed() -> "tempfile.TemporaryDirectory[str]":
    folder = tempfile.TemporaryDirectory(prefix="aosedge-cloud-")
    CloudProcess(Path(folder.name)).init_anew()
    return folder


def registration(system_uid: str, /, **changes: Any) -> dict[str, Any]:
    """What aos-prov sends for a Unit of one node."""
    types = ("online", "offline", "iam", "cm", "sm")
    csrs = {type: csr.unit_request(csr.new_key(), system_uid, type).decode() for type in types}  # type: ignore[arg-type]
    node = {
        "id": "main",
        "type": "main ",
        "name": "main",
        "cpus": [
            {"modelName": "c", "totalNumCores": 1, "totalNumThreads": 1, "arch": "amd64/", "archFamily": "amd64"}
        ],
        "maxDmips": 10000,
        "totalRam": 1 << 30,
        "osType": "linux ",
        "attrs": {"MainNode": "", "AosComponents": "cm,iam,sm"},
        "partitions": [{"name": "storages", "types": ["storage"], "totalSize": 1 << 30}],
        "status": "unprovisioned",
        "errorInfo": {"aosCode": 0, "exitCode": 0, "message": ""},
    }
    return {
        "hardware_id": system_uid,
        "system_uid": system_uid,
        "model_name": "model",
        "model_version": "1.0",
        "provisioning_software": "aos-provisioning:7.0.0",
        "nodes": [node],
        "secure_data": '{"version":"2.0.0","nodes":{"main":"secret"}}',
        "online_public_csr": csrs["online"],
        "online_public_node_id": "main",
        "offline_public_csr": csrs["offline"],
        "offline_public_node_id": "main",
        "additional_csrs": [{"cert_type": t, "csr": csrs[t], "node_id": "main"} for t in ("iam", "cm", "sm")],
        **changes,
    }
