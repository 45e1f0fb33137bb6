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
