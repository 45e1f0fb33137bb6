"""Registering a Unit: what its owner may send, and how it is read (INTEROP: `POST units/provisioning/`).

Real Units send names with spaces around, `amd64/` for an architecture and `linux ` for an operating system: such is
trimmed, not refused. Limits are those of real Units.
"""

from collections.abc import Sequence
from typing import Any, Final, get_args

import msgspec

from aosedge.cloud.domain.units import Unit
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import NodeName, SystemId
from aosedge.model.versions import parse_version
from aosedge.protocol.messages.parts import CertificateType

NAME_LENGTH_MOST: Final = 64
NODES_MOST: Final = 16
CERTIFICATES_MOST: Final = 32
PASSWORD_LENGTH_MOST: Final = 256
MINIMUM_SOFTWARE: Final = {"aos-provisioning": "5.0.0"}
"""What registers Units, and its oldest version that we take."""
_TYPES: Final = get_args(CertificateType)


class RegisteredNode(msgspec.Struct, frozen=True):
    """A node; `info` is what the registration said of it, for people to read."""

    name: NodeName
    type: str
    title: str
    main: bool
    info: dict[str, Any]


class AskedCertificate(msgspec.Struct, frozen=True):
    """A request for one certificate; `element` is the field it came in."""

    type: CertificateType
    node: NodeName
    csr: str
    element: str


class Registration(msgspec.Struct, frozen=True):
    """A Unit as it is to be registered."""

    system_uid: SystemId
    model: str
    model_version: str
    nodes: tuple[RegisteredNode, ...]
    certificates: tuple[AskedCertificate, ...]
    secrets: dict[NodeName, str] = {}
    """The nodes' passwords, with which certificates are renewed later."""


def known_software(text: str) -> None:
    """Raises Conflict for a tool's version that is too old, Invalid for none. Tools that we don't know are the
    caller's own business.
    """
    name, _, version = text.strip().partition(":")
    oldest = MINIMUM_SOFTWARE.get(name)
    if oldest is not None and parse_version(version, "provisioning_software") < parse_version(oldest):
        raise Conflict(
            "the tool is too old",
            element="provisioning_software",
            expected=f"{name} {oldest} or newer",
            got=version,
            cure="pip install --upgrade aos-prov",
        )


def name_of(text: str, element: str, *, empty: bool = False) -> str:
    """A name without the spaces around it; raises Invalid if it is none, too long or has control characters."""
    name = text.strip()
    if not name and not empty:
        raise Invalid("a name is missing", element=element, expected=f"1 to {NAME_LENGTH_MOST} characters")
    if len(name) > NAME_LENGTH_MOST:
        expected = f"at most {NAME_LENGTH_MOST} characters"
        raise Invalid("the name is too long", element=element, expected=expected, got=str(len(name)))
    if not name.isprintable() or "/" in name:
        raise Invalid("the name has characters that names have not", element=element, got=repr(name))
    return name


def node_of(info: dict[str, Any], element: str) -> RegisteredNode:
    """A node of the registration; raises Invalid naming the field."""
    attributes = info.get("attrs") or {}
    if not isinstance(attributes, dict):
        raise Invalid("not an object", element=f"{element}.attrs")
    names = [(field, info.get(field) or "") for field in ("id", "type", "name")]
    for field, value in names:
        if not isinstance(value, str):
            raise Invalid("not a text", element=f"{element}.{field}")
    identifier, kind, title = (name_of(value, f"{element}.{field}", empty=field != "id") for field, value in names)
    return RegisteredNode(
        name=NodeName(identifier),
        type=kind,
        title=title,
        main=any(name.lower() == "mainnode" for name in attributes),
        info=_trimmed(info),
    )


class _SecureData(msgspec.Struct, frozen=True):
    version: str = ""
    nodes: dict[str, str] = {}


def secrets_of(secure_data: str, nodes: Sequence[RegisteredNode]) -> dict[NodeName, str]:
    """The passwords in `secure_data`, JSON in a text: `{"version":"2.0.0","nodes":{node: password}}`; none in none.

    Those of nodes that are not registered count for nothing. Raises Invalid for another form or length.
    """
    if not secure_data.strip():
        return {}
    try:
        said = msgspec.json.decode(secure_data, type=_SecureData).nodes
    except (msgspec.DecodeError, UnicodeError) as error:
        expected = '{"version":"2.0.0","nodes":{node: password}} as a text'
        raise Invalid("not the nodes' passwords", element="secure_data", expected=expected) from error
    names = {node.name for node in nodes}
    found = {NodeName(node.strip()): password for node, password in said.items() if node.strip() in names}
    if any(len(password) > PASSWORD_LENGTH_MOST for password in found.values()):
        raise Invalid("too long", element="secure_data", expected=f"at most {PASSWORD_LENGTH_MOST} characters")
    return found


def checked(registration: Registration) -> Registration:
    """The registration if it holds together, with one main node; raises Invalid naming the field."""
    nodes = registration.nodes
    if not 1 <= len(nodes) <= NODES_MOST:
        raise Invalid("so many nodes cannot be", element="nodes", expected=f"1 to {NODES_MOST}", got=str(len(nodes)))
    names = [node.name for node in nodes]
    _once(names, "nodes", "node")
    asked = registration.certificates
    if len(asked) > CERTIFICATES_MOST:
        expected = f"at most {CERTIFICATES_MOST}"
        raise Invalid("too many certificates", element="additional_csrs", expected=expected, got=str(len(asked)))
    for ask in asked:
        if ask.type not in _TYPES:
            raise Invalid("no such certificate", element=ask.element, expected=", ".join(_TYPES), got=ask.type)
        if ask.node not in names:
            raise Invalid("no such node", element=ask.element, expected=", ".join(names), got=ask.node)
    _once([f"{ask.type} of {ask.node}" for ask in asked], "additional_csrs", "certificate")
    if not any(ask.type == "online" for ask in asked):
        raise Invalid("a Unit cannot come without it", element="online_public_csr", expected="a signing request")
    main = main_node(registration)
    settled = tuple(msgspec.structs.replace(node, main=node.name == main) for node in nodes)
    return msgspec.structs.replace(registration, nodes=settled)


def main_node(registration: Registration) -> NodeName:
    """The node that says so, else the one with the online certificate."""
    marked = [node.name for node in registration.nodes if node.main]
    online = [ask.node for ask in registration.certificates if ask.type == "online"]
    return (marked or online)[0]


def may_register(known: Unit | None) -> None:
    """Raises Conflict where the Unit is provisioned already.

    One that never came may be registered again: its first registration was lost on the way, and its new
    certificates replace those nobody holds.
    """
    if known is None or known.lifecycle != "provisioned" or known.last_seen is None:
        return
    raise Conflict(
        "the Unit is provisioned already",
        element="system_uid",
        got=known.system_uid,
        cure="deprovision it first",
    )


def _once(names: Sequence[str], element: str, noun: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise Invalid(f"the {noun} is there twice", element=element, got=name)


def _trimmed(value: Any) -> Any:
    """Texts without spaces around and the empty variant of an architecture (`amd64/`)."""
    if isinstance(value, dict):
        return {key: _trimmed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_trimmed(part) for part in value]
    return value.strip().removesuffix("/") if isinstance(value, str) else value
