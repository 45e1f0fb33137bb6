"""Registering Units, as aos-prov does it (INTEROP)."""

from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from aosedge.cloud.api.asking import Asked
from aosedge.cloud.domain.provisioning import (
    MINIMUM_SOFTWARE,
    AskedCertificate,
    Registration,
    checked,
    known_software,
    name_of,
    node_of,
    secrets_of,
)
from aosedge.cloud.usecases import provisioning
from aosedge.cloud.usecases.provisioning import IssuedToUnit, Provisioning
from aosedge.model.ids import FleetId, NodeName, SystemId


class SoftwareView(msgspec.Struct, frozen=True):
    """A provisioning tool and its oldest version that is taken."""

    name: str
    min_version: str


class SupportedSoftwareView(msgspec.Struct, frozen=True):
    """What may register Units."""

    software: tuple[SoftwareView, ...]


class AdditionalCsr(msgspec.Struct, frozen=True):
    """A request for one of a node's further certificates."""

    cert_type: str
    csr: str
    node_id: str = ""


class RegistrationBody(msgspec.Struct, frozen=True):
    """A Unit with its nodes and signing requests. `fleet_id` is ours: without it the oldest fleet."""

    system_uid: str
    online_public_csr: str
    nodes: tuple[dict[str, Any], ...] = ()
    hardware_id: str = ""
    model_name: str = ""
    model_version: str = ""
    provisioning_software: str = ""
    secure_data: str = ""
    online_public_node_id: str = ""
    offline_public_csr: str = ""
    offline_public_node_id: str = ""
    additional_csrs: tuple[AdditionalCsr, ...] = ()
    fleet_id: str | None = None


class IssuedView(msgspec.Struct, frozen=True):
    """A certificate with its chain down to the root, PEM."""

    cert_type: str
    node_id: str
    cert: str


class RegisteredView(msgspec.Struct, frozen=True):
    """The certificates that were asked for, with their chains, PEM."""

    id: str
    system_uid: str
    online_certificate: str
    offline_certificate: str
    additional_certs: tuple[IssuedView, ...]


def read_body(body: RegistrationBody) -> Registration:
    """The registration; raises Invalid naming the field, Conflict for a tool that is too old."""
    known_software(body.provisioning_software)
    nodes = tuple(node_of(info, f"nodes[{number}]") for number, info in enumerate(body.nodes))
    main = next((node.name for node in nodes if node.main), nodes[0].name if nodes else NodeName(""))
    asked = [_ask("online", body.online_public_csr, body.online_public_node_id or main, "online_public_csr")]
    if body.offline_public_csr:
        node = body.offline_public_node_id or main
        asked.append(_ask("offline", body.offline_public_csr, node, "offline_public_csr"))
    asked += [
        _ask(extra.cert_type, extra.csr, extra.node_id or main, f"additional_csrs[{number}].csr")
        for number, extra in enumerate(body.additional_csrs)
    ]
    return checked(
        Registration(
            system_uid=SystemId(name_of(body.system_uid, "system_uid")),
            model=name_of(body.model_name, "model_name", empty=True),
            model_version=name_of(body.model_version, "model_version", empty=True),
            nodes=nodes,
            certificates=tuple(asked),
            secrets=secrets_of(body.secure_data, nodes),
        )
    )


def _ask(type: str, csr: str, node: str, element: str) -> AskedCertificate:
    return AskedCertificate(type, NodeName(node.strip()), csr, element)  # type: ignore[arg-type]  # checked() names others


def _chain(issued: tuple[IssuedToUnit, ...], type: str) -> str:
    return next((each.issued.chain_pem for each in issued if each.type == type), "")


@get("/units/provisioning/supported-software/", operation_id="supported_software_read", tags=["units"])
async def read_supported_software(ask: Asked) -> SupportedSoftwareView:
    """Which tools may register Units."""
    await ask.allowed()
    software = MINIMUM_SOFTWARE.items()
    return SupportedSoftwareView(tuple(SoftwareView(name, version) for name, version in software))


@post("/units/provisioning/", operation_id="units_provision", tags=["units"])
async def provision(
    ask: Asked, authority: NamedDependency[Provisioning], data: JSONBody[RegistrationBody]
) -> RegisteredView:
    """Register a Unit and issue its certificates. One that never came may be registered again."""
    registration, now = read_body(data), ask.caller.now
    fleet = FleetId(data.fleet_id) if data.fleet_id is not None else None
    known = await ask.read(lambda session: provisioning.look(session, registration, fleet))
    id, issued = authority.issue(registration, known, now)
    secrets = authority.sealed(registration, id)
    unit = await ask.change(
        lambda session: provisioning.record(session, ask.tenant, registration, known, id, issued, secrets, now),
        lambda unit: f"{unit.id} {unit.system_uid}",
    )
    further = [each for each in issued if each.type not in ("online", "offline")]
    return RegisteredView(
        id=unit.id,
        system_uid=unit.system_uid,
        online_certificate=_chain(issued, "online"),
        offline_certificate=_chain(issued, "offline"),
        additional_certs=tuple(IssuedView(each.type, each.node, each.issued.chain_pem) for each in further),
    )
