"""`aos unit provision`: the way of an unprovisioned Unit into the cloud, in the order that Units in the field expect.

Keys are made on the Unit and never leave it; what goes by here are signing requests, certificates, and one password
a node, which the cloud keeps for renewals. Cut short anywhere, the command may be given again: it begins anew.
"""

import json as json_
import re
import secrets
import string
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import Json, begin
from aosedge.cli.names import named
from aosedge.cli.output import TimedOut, Trail
from aosedge.model.errors import AosError, Invalid

if TYPE_CHECKING:
    from aosedge.cli.unit_door import Request, System, UnitDoor
    from aosedge.core.identity.protos import iamanager_pb2 as wire

SOFTWARE: Final = "aos-provisioning:7.0.0"
"""How we name ourselves to a cloud: by the interface that we speak, and its version."""
_PASSWORD_LENGTH: Final = 15  # real Units take it as a PIN
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)

Found = TypeVar("Found")
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="host or host:port of the Unit; the port is 8089")]
Nodes = Annotated[int, typer.Option(min=1, max=16, help="wait until this many nodes are there")]
FleetOption = Annotated[str, typer.Option(help="title or id of the fleet it goes into; by default the oldest")]
Timeout = Annotated[float, typer.Option(help="wait at most so many seconds for nodes (exit code 4)")]
Wait = Annotated[float, typer.Option(help="then wait so many seconds for the Unit to come online (exit code 4)")]


def provision(
    context: typer.Context,
    address: Address,
    fleet: FleetOption = "",
    nodes: Nodes = 1,
    timeout: Timeout = 300,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Provision the Unit at ADDRESS: keys on the Unit, certificates from the cloud."""
    from aosedge.cli.unit_door import UnitDoor

    client, out = begin(context, as_json=json)
    fleet_id = named(client, "fleets/", "fleet", fleet, "title")["id"] if fleet else None
    trail = Trail(out)
    try:
        with UnitDoor(address) as door:
            run = _Run(client, door, trail)
            try:
                view = run.provision(nodes, timeout, fleet_id)
            except BaseException:
                run.give_up()
                raise
        if wait > 0:
            _come_online(client, trail, view, wait)
    finally:
        trail.end()
    out.done(view, f"{view['system_uid']} is provisioned; see: aos unit show {view['system_uid']}")


class _Run:
    """One provisioning, step by step."""

    def __init__(self, client: Client, door: "UnitDoor", trail: Trail) -> None:
        self._client, self._door, self._trail = client, door, trail
        self._passwords: dict[str, str] = {}

    def provision(self, count: int, timeout_s: float, fleet_id: str | None) -> View:
        """All of it; gives what a program wants to know. Raises AosError."""
        door, trail = self._door, self._trail
        trail.note("connecting")
        version, system = door.agree(), door.system()
        if not system.system_id:
            raise Invalid("the Unit does not say who it is", element="system_id", cure="look at the Unit's log")
        roots = _CERTIFICATE.findall(self._client.text("root-certificate/"))
        infos = [door.node(node) for node in self._all_nodes(count, timeout_s)]
        infos.sort(key=lambda info: not _is_main(info))
        requests: list[Request] = []
        for info in infos:
            requests += self._keys(info.node_id, roots)
        trail.note("registering")
        body = registration(system, infos, self._passwords, requests, fleet_id)
        issued = self._client.post("units/provisioning/", body)
        self._hand_over(requests, issued)
        trail.note("finishing")
        known = self._finish([info.node_id for info in infos])
        trail.note("provisioned")
        return {
            "id": issued.get("id", ""),
            "system_uid": issued["system_uid"],
            "protocol": version,
            "nodes": [info.node_id for info in infos],
            "certificates": [{"node_id": r.node, "cert_type": r.type} for r in requests],
            "confirmed": known,
        }

    def give_up(self) -> None:
        """What was begun is of no use any more."""
        for node, password in self._passwords.items():
            self._door.give_up(node, password)

    def _all_nodes(self, count: int, timeout_s: float) -> list[str]:
        def come() -> list[str] | None:
            there = self._door.nodes()
            self._trail.note("nodes", f"{len(there)} of {count}")
            return there if len(there) >= count else None

        return until(come, timeout_s, f"the Unit has fewer than {count} nodes", "say how many with --nodes")

    def _keys(self, node: str, roots: list[str]) -> "list[Request]":
        password = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_PASSWORD_LENGTH))
        self._passwords[node] = password
        self._trail.note("keys", node)
        self._door.start(node, password)
        self._door.root_certificates(node, roots)
        made = []
        for type in self._door.certificate_types(node):
            self._trail.note("keys", f"{node} {type}")
            made.append(self._door.create_key(node, type, password))
        return made

    def _hand_over(self, requests: "list[Request]", issued: View) -> None:
        for number, request in enumerate(requests, 1):
            self._trail.note("certificates", f"{number} of {len(requests)}")
            self._door.apply(request.node, request.type, _certificate(request, issued))

    def _finish(self, nodes: list[str]) -> bool:
        """Secondary nodes first; says whether the main one answered or has closed its door, as it shall."""
        main, *others = nodes
        for node in others:
            if not self._door.finish(node, self._passwords[node]):
                raise AosError(f"node {node} went away while it was finished", element=node, cure="start over")
        if self._door.finish(main, self._passwords[main]):
            return True
        return self._door_is_closed()

    def _door_is_closed(self) -> bool:
        from aosedge.cli.unit_door import Lost

        try:
            self._door.agree()
        except Lost:
            return True
        except AosError:
            return False
        raise AosError(
            "the Unit did not finish: its door is open still", cure="give the command again: it starts over"
        )


def registration(
    system: "System",
    infos: "list[wire.NodeInfo]",
    passwords: dict[str, str],
    requests: "list[Request]",
    fleet_id: str | None,
) -> View:
    """What the cloud is asked (INTEROP `POST units/provisioning/`)."""
    body: View = {
        "hardware_id": system.system_id,
        "system_uid": system.system_id,
        "model_name": system.model,
        "model_version": system.model_version,
        "provisioning_software": SOFTWARE,
        "nodes": [_node(info) for info in infos],
        "secure_data": json_.dumps({"version": "2.0.0", "nodes": passwords}),
        "additional_csrs": [],
    }
    for request in requests:
        if request.type in ("online", "offline"):
            body[f"{request.type}_public_csr"] = request.csr
            body[f"{request.type}_public_node_id"] = request.node
        else:
            further = {"cert_type": request.type, "csr": request.csr, "node_id": request.node}
            body["additional_csrs"].append(further)
    return body | ({"fleet_id": fleet_id} if fleet_id else {})


def _node(info: "wire.NodeInfo") -> View:
    return {
        "id": info.node_id,
        "type": info.node_type,
        "name": info.title,
        "cpus": [
            {
                "modelName": cpu.model_name,
                "totalNumCores": cpu.num_cores,
                "totalNumThreads": cpu.num_threads,
                "arch": f"{cpu.arch_info.architecture}/{cpu.arch_info.variant}".rstrip("/"),
                "archFamily": cpu.arch_info.architecture,
            }
            for cpu in info.cpus
        ],
        "maxDmips": info.max_dmips,
        "totalRam": info.total_ram,
        "osType": f"{info.os_info.os} {info.os_info.version}".strip(),
        "attrs": {attribute.name: attribute.value for attribute in info.attrs},
        "partitions": [{"name": p.name, "types": list(p.types), "totalSize": p.total_size} for p in info.partitions],
        "status": info.state,
        "errorInfo": {
            "aosCode": info.error.aos_code,
            "exitCode": info.error.exit_code,
            "message": info.error.message,
        },
    }


def _is_main(info: "wire.NodeInfo") -> bool:
    return any(attribute.name.lower() == "mainnode" for attribute in info.attrs)


def _certificate(request: "Request", issued: View) -> str:
    if request.type in ("online", "offline"):
        found = issued.get(f"{request.type}_certificate") or ""
    else:
        found = next(
            (
                each["cert"]
                for each in issued.get("additional_certs", [])
                if each["cert_type"] == request.type and each.get("node_id") in (request.node, "", None)
            ),
            "",
        )
    if not found:
        raise Invalid(
            "the cloud issued no certificate", element=f"{request.type} of {request.node}", cure="start over"
        )
    return str(found)


def _come_online(client: Client, trail: Trail, view: View, timeout_s: float) -> None:
    trail.note("waiting for it to come online")

    def online() -> bool | None:
        seen: bool = client.get(f"units/{segment(view['system_uid'])}/")["online_status"] == "Online"
        return seen or None

    view["online"] = until(online, timeout_s, "the Unit is provisioned and not online yet", "look at the Unit's log")
    trail.note("online")


def until(look: Callable[[], Found | None], timeout_s: float, late: str, cure: str) -> Found:
    """What `look` gives as soon as it gives anything, each second anew; raises TimedOut."""
    from aosedge.clock import SystemClock

    clock, pause = SystemClock(), threading.Event()
    end = clock.monotonic() + int(timeout_s * 1_000_000)
    while (found := look()) is None:
        if clock.monotonic() >= end:
            raise TimedOut(f"{late} after {timeout_s:g} s", cure=cure)
        pause.wait(1)
    return found
