from aosedge.core.identity.protos import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class APIVersion(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class SystemInfo(_message.Message):
    __slots__ = ("system_id", "unit_model", "version")
    SYSTEM_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_MODEL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    system_id: str
    unit_model: str
    version: str
    def __init__(self, system_id: _Optional[str] = ..., unit_model: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class Subjects(_message.Message):
    __slots__ = ("subjects",)
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    subjects: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, subjects: _Optional[_Iterable[str]] = ...) -> None: ...

class NodesID(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...

class GetNodeInfoRequest(_message.Message):
    __slots__ = ("node_id",)
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    def __init__(self, node_id: _Optional[str] = ...) -> None: ...

class CPUInfo(_message.Message):
    __slots__ = ("model_name", "num_cores", "num_threads", "arch_info", "max_dmips")
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    NUM_CORES_FIELD_NUMBER: _ClassVar[int]
    NUM_THREADS_FIELD_NUMBER: _ClassVar[int]
    ARCH_INFO_FIELD_NUMBER: _ClassVar[int]
    MAX_DMIPS_FIELD_NUMBER: _ClassVar[int]
    model_name: str
    num_cores: int
    num_threads: int
    arch_info: _common_pb2.ArchInfo
    max_dmips: int
    def __init__(self, model_name: _Optional[str] = ..., num_cores: _Optional[int] = ..., num_threads: _Optional[int] = ..., arch_info: _Optional[_Union[_common_pb2.ArchInfo, _Mapping]] = ..., max_dmips: _Optional[int] = ...) -> None: ...

class PartitionInfo(_message.Message):
    __slots__ = ("name", "types", "total_size", "path")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    name: str
    types: _containers.RepeatedScalarFieldContainer[str]
    total_size: int
    path: str
    def __init__(self, name: _Optional[str] = ..., types: _Optional[_Iterable[str]] = ..., total_size: _Optional[int] = ..., path: _Optional[str] = ...) -> None: ...

class NodeAttribute(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class NodeInfo(_message.Message):
    __slots__ = ("node_id", "node_type", "title", "max_dmips", "total_ram", "physical_ram", "os_info", "cpus", "partitions", "attrs", "state", "error")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    NODE_TYPE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MAX_DMIPS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_RAM_FIELD_NUMBER: _ClassVar[int]
    PHYSICAL_RAM_FIELD_NUMBER: _ClassVar[int]
    OS_INFO_FIELD_NUMBER: _ClassVar[int]
    CPUS_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    ATTRS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    node_type: str
    title: str
    max_dmips: int
    total_ram: int
    physical_ram: int
    os_info: _common_pb2.OSInfo
    cpus: _containers.RepeatedCompositeFieldContainer[CPUInfo]
    partitions: _containers.RepeatedCompositeFieldContainer[PartitionInfo]
    attrs: _containers.RepeatedCompositeFieldContainer[NodeAttribute]
    state: str
    error: _common_pb2.ErrorInfo
    def __init__(self, node_id: _Optional[str] = ..., node_type: _Optional[str] = ..., title: _Optional[str] = ..., max_dmips: _Optional[int] = ..., total_ram: _Optional[int] = ..., physical_ram: _Optional[int] = ..., os_info: _Optional[_Union[_common_pb2.OSInfo, _Mapping]] = ..., cpus: _Optional[_Iterable[_Union[CPUInfo, _Mapping]]] = ..., partitions: _Optional[_Iterable[_Union[PartitionInfo, _Mapping]]] = ..., attrs: _Optional[_Iterable[_Union[NodeAttribute, _Mapping]]] = ..., state: _Optional[str] = ..., error: _Optional[_Union[_common_pb2.ErrorInfo, _Mapping]] = ...) -> None: ...

class GetCertTypesRequest(_message.Message):
    __slots__ = ("node_id",)
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    def __init__(self, node_id: _Optional[str] = ...) -> None: ...

class CertTypes(_message.Message):
    __slots__ = ("types",)
    TYPES_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, types: _Optional[_Iterable[str]] = ...) -> None: ...

class ProvisioningRequest(_message.Message):
    __slots__ = ("node_id", "password")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    password: str
    def __init__(self, node_id: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class ProvisioningResponse(_message.Message):
    __slots__ = ("error",)
    ERROR_FIELD_NUMBER: _ClassVar[int]
    error: _common_pb2.ErrorInfo
    def __init__(self, error: _Optional[_Union[_common_pb2.ErrorInfo, _Mapping]] = ...) -> None: ...

class UpdateRootCertsRequest(_message.Message):
    __slots__ = ("node_id", "root_certs")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    ROOT_CERTS_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    root_certs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, node_id: _Optional[str] = ..., root_certs: _Optional[_Iterable[str]] = ...) -> None: ...

class UpdateRootCertsResponse(_message.Message):
    __slots__ = ("node_id", "error")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    error: _common_pb2.ErrorInfo
    def __init__(self, node_id: _Optional[str] = ..., error: _Optional[_Union[_common_pb2.ErrorInfo, _Mapping]] = ...) -> None: ...

class CreateKeyRequest(_message.Message):
    __slots__ = ("node_id", "subject", "type", "password")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    subject: str
    type: str
    password: str
    def __init__(self, node_id: _Optional[str] = ..., subject: _Optional[str] = ..., type: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class CreateKeyResponse(_message.Message):
    __slots__ = ("node_id", "type", "csr", "error")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CSR_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    type: str
    csr: str
    error: _common_pb2.ErrorInfo
    def __init__(self, node_id: _Optional[str] = ..., type: _Optional[str] = ..., csr: _Optional[str] = ..., error: _Optional[_Union[_common_pb2.ErrorInfo, _Mapping]] = ...) -> None: ...

class CertInfo(_message.Message):
    __slots__ = ("type", "cert_url", "key_url", "serial", "issuer")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CERT_URL_FIELD_NUMBER: _ClassVar[int]
    KEY_URL_FIELD_NUMBER: _ClassVar[int]
    SERIAL_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    type: str
    cert_url: str
    key_url: str
    serial: bytes
    issuer: bytes
    def __init__(self, type: _Optional[str] = ..., cert_url: _Optional[str] = ..., key_url: _Optional[str] = ..., serial: _Optional[bytes] = ..., issuer: _Optional[bytes] = ...) -> None: ...

class ApplyCertRequest(_message.Message):
    __slots__ = ("node_id", "type", "cert")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CERT_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    type: str
    cert: str
    def __init__(self, node_id: _Optional[str] = ..., type: _Optional[str] = ..., cert: _Optional[str] = ...) -> None: ...

class ApplyCertResponse(_message.Message):
    __slots__ = ("node_id", "cert_info", "error")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    CERT_INFO_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    cert_info: CertInfo
    error: _common_pb2.ErrorInfo
    def __init__(self, node_id: _Optional[str] = ..., cert_info: _Optional[_Union[CertInfo, _Mapping]] = ..., error: _Optional[_Union[_common_pb2.ErrorInfo, _Mapping]] = ...) -> None: ...

class NodeRequest(_message.Message):
    __slots__ = ("node_id",)
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    def __init__(self, node_id: _Optional[str] = ...) -> None: ...

class NodeResponse(_message.Message):
    __slots__ = ("error",)
    ERROR_FIELD_NUMBER: _ClassVar[int]
    error: _common_pb2.ErrorInfo
    def __init__(self, error: _Optional[_Union[_common_pb2.ErrorInfo, _Mapping]] = ...) -> None: ...

class IAMIncomingMessages(_message.Message):
    __slots__ = ("start_provisioning_request", "get_cert_types_request", "finish_provisioning_request", "deprovision_request", "pause_node_request", "resume_node_request", "create_key_request", "apply_cert_request", "update_root_certs_request")
    START_PROVISIONING_REQUEST_FIELD_NUMBER: _ClassVar[int]
    GET_CERT_TYPES_REQUEST_FIELD_NUMBER: _ClassVar[int]
    FINISH_PROVISIONING_REQUEST_FIELD_NUMBER: _ClassVar[int]
    DEPROVISION_REQUEST_FIELD_NUMBER: _ClassVar[int]
    PAUSE_NODE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESUME_NODE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    CREATE_KEY_REQUEST_FIELD_NUMBER: _ClassVar[int]
    APPLY_CERT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    UPDATE_ROOT_CERTS_REQUEST_FIELD_NUMBER: _ClassVar[int]
    start_provisioning_request: ProvisioningRequest
    get_cert_types_request: GetCertTypesRequest
    finish_provisioning_request: ProvisioningRequest
    deprovision_request: ProvisioningRequest
    pause_node_request: NodeRequest
    resume_node_request: NodeRequest
    create_key_request: CreateKeyRequest
    apply_cert_request: ApplyCertRequest
    update_root_certs_request: UpdateRootCertsRequest
    def __init__(self, start_provisioning_request: _Optional[_Union[ProvisioningRequest, _Mapping]] = ..., get_cert_types_request: _Optional[_Union[GetCertTypesRequest, _Mapping]] = ..., finish_provisioning_request: _Optional[_Union[ProvisioningRequest, _Mapping]] = ..., deprovision_request: _Optional[_Union[ProvisioningRequest, _Mapping]] = ..., pause_node_request: _Optional[_Union[NodeRequest, _Mapping]] = ..., resume_node_request: _Optional[_Union[NodeRequest, _Mapping]] = ..., create_key_request: _Optional[_Union[CreateKeyRequest, _Mapping]] = ..., apply_cert_request: _Optional[_Union[ApplyCertRequest, _Mapping]] = ..., update_root_certs_request: _Optional[_Union[UpdateRootCertsRequest, _Mapping]] = ...) -> None: ...

class IAMOutgoingMessages(_message.Message):
    __slots__ = ("node_info", "start_provisioning_response", "cert_types_response", "finish_provisioning_response", "deprovision_response", "pause_node_response", "resume_node_response", "create_key_response", "apply_cert_response", "update_root_certs_response")
    NODE_INFO_FIELD_NUMBER: _ClassVar[int]
    START_PROVISIONING_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    CERT_TYPES_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    FINISH_PROVISIONING_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    DEPROVISION_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    PAUSE_NODE_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    RESUME_NODE_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    CREATE_KEY_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    APPLY_CERT_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_ROOT_CERTS_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    node_info: NodeInfo
    start_provisioning_response: ProvisioningResponse
    cert_types_response: CertTypes
    finish_provisioning_response: ProvisioningResponse
    deprovision_response: ProvisioningResponse
    pause_node_response: NodeResponse
    resume_node_response: NodeResponse
    create_key_response: CreateKeyResponse
    apply_cert_response: ApplyCertResponse
    update_root_certs_response: UpdateRootCertsResponse
    def __init__(self, node_info: _Optional[_Union[NodeInfo, _Mapping]] = ..., start_provisioning_response: _Optional[_Union[ProvisioningResponse, _Mapping]] = ..., cert_types_response: _Optional[_Union[CertTypes, _Mapping]] = ..., finish_provisioning_response: _Optional[_Union[ProvisioningResponse, _Mapping]] = ..., deprovision_response: _Optional[_Union[ProvisioningResponse, _Mapping]] = ..., pause_node_response: _Optional[_Union[NodeResponse, _Mapping]] = ..., resume_node_response: _Optional[_Union[NodeResponse, _Mapping]] = ..., create_key_response: _Optional[_Union[CreateKeyResponse, _Mapping]] = ..., apply_cert_response: _Optional[_Union[ApplyCertResponse, _Mapping]] = ..., update_root_certs_response: _Optional[_Union[UpdateRootCertsResponse, _Mapping]] = ...) -> None: ...
