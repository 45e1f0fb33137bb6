"""A Unit's provisioning interface as a tool calls it: versions 7 and 6, errors in words with their cure."""

import os
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, NamedTuple

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it would write its own log beside our words

import grpc
from google.protobuf.empty_pb2 import Empty

from aosedge.cli.output import TimedOut
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.identity.protos.methods import Answered, Asked, Method
from aosedge.model.errors import AosError, Invalid, Unavailable

CALL_S: Final = 30.0
GIVE_UP_S: Final = 2.0
FINISH_S: Final = 120.0
"""Units in the field encrypt their disk, or start anew, before they answer."""


class UnitRefused(AosError):
    """The Unit answered with an error of its own."""


class Lost(Unavailable):
    """The Unit stopped answering: for the last call of all that may be its success."""


class System(NamedTuple):
    """What a Unit says of itself."""

    system_id: str
    model: str
    model_version: str


class Request(NamedTuple):
    """A signing request that a Unit made."""

    node: str
    type: str
    csr: str


class UnitDoor:
    """One connection to an unprovisioned Unit."""

    def __init__(self, address: str) -> None:
        self.address = address_of(address)
        self._channel = grpc.insecure_channel(self.address, options=(("grpc.enable_http_proxy", 0),))
        self.version = methods.VERSIONS[0]

    def __enter__(self) -> "UnitDoor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()

    def agree(self) -> int:
        """The version that both speak; raises Invalid where there is none, Unavailable where nobody answers."""
        spoken: int = self._call(methods.GET_API_VERSION, Empty(), version=0).version
        if spoken < min(methods.VERSIONS):
            raise self._foreign(f"version {spoken}")
        self.version = min(spoken, max(methods.VERSIONS))
        return self.version

    def system(self) -> System:
        """Who it is."""
        said = self._call(methods.GET_SYSTEM_INFO, Empty())
        return System(said.system_id.strip(), said.unit_model.strip(), said.version.strip() or "Unknown")

    def nodes(self) -> list[str]:
        """The nodes that are there by now."""
        return list(self._call(methods.GET_ALL_NODE_IDS, Empty()).ids)

    def node(self, node: str) -> wire.NodeInfo:
        """What a node is."""
        return self._call(methods.GET_NODE_INFO, wire.GetNodeInfoRequest(node_id=node))

    def start(self, node: str, password: str) -> None:
        """Begin with a node, anew if something was begun."""
        asked = wire.ProvisioningRequest(node_id=node, password=password)
        _accepted(self._call(methods.START, asked, FINISH_S))

    def root_certificates(self, node: str, roots: list[str]) -> None:
        """Tell a node whom to trust; version 6 has no such call and takes the end of the chains."""
        if self.version >= methods.UPDATE_ROOT_CERTS.since:
            asked = wire.UpdateRootCertsRequest(node_id=node, root_certs=roots)
            _accepted(self._call(methods.UPDATE_ROOT_CERTS, asked))

    def certificate_types(self, node: str) -> list[str]:
        """The certificates that a node wants."""
        return list(self._call(methods.GET_CERT_TYPES, wire.GetCertTypesRequest(node_id=node)).types)

    def create_key(self, node: str, type: str, password: str) -> Request:
        """Have a key made."""
        asked = wire.CreateKeyRequest(node_id=node, type=type, password=password)
        made = _accepted(self._call(methods.CREATE_KEY, asked))
        return Request(made.node_id or node, made.type or type, made.csr)

    def apply(self, node: str, type: str, chain: str) -> None:
        """Hand over a certificate."""
        _accepted(self._call(methods.APPLY_CERT, wire.ApplyCertRequest(node_id=node, type=type, cert=chain)))

    def give_up(self, node: str, password: str) -> None:
        """Let another tool begin at once; a Unit of version 6 may take it for more than that and is left alone."""
        if self.version > 6:
            with suppress(AosError):
                self._call(methods.DEPROVISION, wire.ProvisioningRequest(node_id=node, password=password), GIVE_UP_S)

    def finish(self, node: str, password: str) -> bool:
        """Finish a node; False when the connection went before the answer, as when a Unit closes its door at once."""
        try:
            asked = wire.ProvisioningRequest(node_id=node, password=password)
            _accepted(self._call(methods.FINISH, asked, FINISH_S))
        except Lost:
            return False
        return True

    def _call(
        self, method: Method[Asked, Answered], asked: Asked, timeout_s: float = CALL_S, *, version: int | None = None
    ) -> Answered:
        path = method.path(self.version if version is None else version)
        call = self._channel.unary_unary(path, methods.encode, method.decode_answered)
        try:
            return call(asked, timeout=timeout_s)
        except grpc.RpcError as error:
            raise self._worded(error, method) from error

    def _worded(self, error: Any, method: Method[Any, Any]) -> AosError:
        code, details = error.code(), error.details() or ""
        match code:
            case grpc.StatusCode.UNAVAILABLE:
                return Lost(
                    f"no Unit answers at {self.address}: {details[:200]}",
                    cure="is it provisioned already (aos unit list)? its door is open only before: aoscore run",
                )
            case grpc.StatusCode.DEADLINE_EXCEEDED:
                return TimedOut(f"{self.address} did not answer {method.name} in time", cure="start over")
            case grpc.StatusCode.UNIMPLEMENTED:
                return self._foreign(details[:200])
            case _:
                return UnitRefused(f"{method.name}: {details[:400] or code.name.lower()}", element=self.address)

    def _foreign(self, got: str) -> Invalid:
        return Invalid(
            "this Unit has another provisioning interface",
            element=self.address,
            expected=" or ".join(f"version {version}" for version in methods.VERSIONS),
            got=got,
            cure="update the Unit's software",
        )


def address_of(text: str) -> str:
    """`host`, `host:port`, `[address]:port` with its port; raises Invalid."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (":" in host.strip("[]") and not host.endswith("]")):
        host, port = text, str(methods.PORT)
    if not host.strip("[]") or not port.isdecimal() or not 0 < int(port) < 65536 or "/" in host:
        raise Invalid("not the address of a Unit", element="ADDRESS", expected="host or host:port", got=text)
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def _accepted(answer: Any) -> Any:
    error = answer.error
    if error.message or error.aos_code or error.exit_code:
        words = error.message or f"error {error.aos_code}, exit code {error.exit_code}"
        raise UnitRefused(f"the Unit refused: {words}")
    return answer
