"""Every method of the provisioning interface that we serve or call: where it is, what goes in, what comes out.

The packages `iamanager.v7` and `iamanager.v6` have the same messages, so both are served and called from one table
(INTEROP "Provisioning interface of a Unit"; real Units serve version 6).
"""

from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar, cast

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from aosedge.core.identity.protos import iamanager_pb2 as wire

PORT: Final = 8089
VERSIONS: Final = (7, 6)
"""What we speak, the newest first."""

Asked = TypeVar("Asked", bound=Message)
Answered = TypeVar("Answered", bound=Message)


class Method(NamedTuple, Generic[Asked, Answered]):
    """One method; `since` is the oldest version that has it, 0 if it stands outside of versions."""

    service: str
    name: str
    asked: type[Asked]
    answered: type[Answered]
    since: int = 6
    streams: bool = False
    """Whether answers come one after the other until the caller goes."""
    converses: bool = False
    """Whether the caller too sends one after the other."""

    def service_in(self, version: int) -> str:
        """The service's full name."""
        return f"iamanager.v{version}.{self.service}" if self.since else f"iamanager.{self.service}"

    def path(self, version: int) -> str:
        """Where a call goes."""
        return f"/{self.service_in(version)}/{self.name}"

    @property
    def decode_asked(self) -> Callable[[bytes], Asked]:
        """Reads a request."""
        return cast(Callable[[bytes], Asked], self.asked.FromString)

    @property
    def decode_answered(self) -> Callable[[bytes], Answered]:
        """Reads an answer."""
        return cast(Callable[[bytes], Answered], self.answered.FromString)


def encode(message: Message) -> bytes:
    """A message's bytes."""
    return message.SerializeToString()


_IDENTITY, _NODES = "IAMPublicIdentityService", "IAMPublicNodesService"
_PROVISIONING, _CERTIFICATES = "IAMProvisioningService", "IAMCertificateService"

GET_API_VERSION = Method("IAMVersionService", "GetAPIVersion", Empty, wire.APIVersion, since=0)
GET_SYSTEM_INFO = Method(_IDENTITY, "GetSystemInfo", Empty, wire.SystemInfo)
GET_SUBJECTS = Method(_IDENTITY, "GetSubjects", Empty, wire.Subjects)
SUBSCRIBE_SUBJECTS = Method(_IDENTITY, "SubscribeSubjectsChanged", Empty, wire.Subjects, streams=True)
GET_ALL_NODE_IDS = Method(_NODES, "GetAllNodeIDs", Empty, wire.NodesID)
GET_NODE_INFO = Method(_NODES, "GetNodeInfo", wire.GetNodeInfoRequest, wire.NodeInfo)
SUBSCRIBE_NODES = Method(_NODES, "SubscribeNodeChanged", Empty, wire.NodeInfo, streams=True)
GET_CERT_TYPES = Method(_PROVISIONING, "GetCertTypes", wire.GetCertTypesRequest, wire.CertTypes)
START = Method(_PROVISIONING, "StartProvisioning", wire.ProvisioningRequest, wire.ProvisioningResponse)
FINISH = Method(_PROVISIONING, "FinishProvisioning", wire.ProvisioningRequest, wire.ProvisioningResponse)
DEPROVISION = Method(_PROVISIONING, "Deprovision", wire.ProvisioningRequest, wire.ProvisioningResponse)
UPDATE_ROOT_CERTS = Method(
    _CERTIFICATES, "UpdateRootCerts", wire.UpdateRootCertsRequest, wire.UpdateRootCertsResponse, since=7
)
CREATE_KEY = Method(_CERTIFICATES, "CreateKey", wire.CreateKeyRequest, wire.CreateKeyResponse)
APPLY_CERT = Method(_CERTIFICATES, "ApplyCert", wire.ApplyCertRequest, wire.ApplyCertResponse)
REGISTER_NODE = Method(
    _NODES, "RegisterNode", wire.IAMOutgoingMessages, wire.IAMIncomingMessages, streams=True, converses=True
)

RELAYED: Final = {
    START.name: ("start_provisioning_request", "start_provisioning_response"),
    FINISH.name: ("finish_provisioning_request", "finish_provisioning_response"),
    DEPROVISION.name: ("deprovision_request", "deprovision_response"),
    GET_CERT_TYPES.name: ("get_cert_types_request", "cert_types_response"),
    UPDATE_ROOT_CERTS.name: ("update_root_certs_request", "update_root_certs_response"),
    CREATE_KEY.name: ("create_key_request", "create_key_response"),
    APPLY_CERT.name: ("apply_cert_request", "apply_cert_response"),
}
"""The calls that a main node hands on to a secondary one: what they are called on the way there and back."""
