"""What a Unit says to AosCloud."""

from typing import Literal

import msgspec

from aosedge.protocol.messages.parts import (
    AlertState,
    ArchInfo,
    CertificateType,
    ContentDigest,
    Count,
    ErrorInfo,
    Generation,
    Identity,
    InstanceOf,
    InstanceState,
    ItemProgress,
    ItemState,
    NodeState,
    OsInfo,
    Part,
    Time,
    Usage,
    Waiting,
    written,
)
from aosedge.protocol.service_states import Encoding


class FromUnitMessage(Part, frozen=True, tag_field="messageType"):
    """Base of the Unit's messages; `correlation_id` ties answer and request."""

    correlation_id: str | None = None


class UnitConfigStatus(Part, frozen=True):
    """State of a unit configuration; the first report is `absent` without a version."""

    state: Literal["absent", "installed", "failed"]
    version: str | None = None
    error_info: ErrorInfo | None = None


class Cpu(Part, frozen=True):
    """One processor of a node."""

    model_name: str = written("")
    total_num_cores: Count = written(0)
    total_num_threads: Count = written(0)
    arch_info: ArchInfo | None = None
    max_dmips: Count | None = None


class Partition(Part, frozen=True):
    """A partition of a node; `total_size` in bytes."""

    name: str
    types: tuple[str, ...] = written(())
    total_size: Count = written(0)
    path: str | None = None


class NodeRuntime(Part, frozen=True):
    """A runtime of a node: what it can run and how much of the node it may take. RAM in bytes."""

    identity: Identity
    runtime_type: str
    arch_info: ArchInfo
    os_info: OsInfo
    max_dmips: Count | None = None
    allowed_dmips: Count | None = None
    total_ram: Count | None = msgspec.field(default=None, name="totalRam")
    allowed_ram: Count | None = msgspec.field(default=None, name="allowedRam")
    max_instances: Count = written(0)


class NodeResource(Part, frozen=True):
    """A device or resource by name; `shared_count` 0 is unlimited."""

    name: str
    shared_count: Count = written(0)


class NodeStatus(Part, frozen=True):
    """A node as a whole: reported complete even in a delta."""

    identity: Identity
    node_group_subject: Identity
    state: NodeState
    is_connected: bool = written(False)
    max_dmips: Count = written(0)
    total_ram: Count | None = msgspec.field(default=None, name="totalRam")
    physical_ram: Count | None = msgspec.field(default=None, name="physicalRam")
    os_info: OsInfo | None = None
    cpus: tuple[Cpu, ...] = written(())
    attrs: dict[str, str] = msgspec.field(default_factory=lambda: {})  # noqa: PIE807 - a plain dict would be left out
    partitions: tuple[Partition, ...] = written(())
    runtimes: tuple[NodeRuntime, ...] = written(())
    resources: tuple[NodeResource, ...] = written(())
    error_info: ErrorInfo | None = None


class ItemStatus(Part, frozen=True):
    """State of one version of an item on the Unit."""

    item: Identity
    version: str
    state: ItemState
    error_info: ErrorInfo | None = None


class InstanceStatus(Part, frozen=True):
    """State of one instance; node and runtime have an empty codename where it is not scheduled."""

    node: Identity
    runtime: Identity
    instance: Count
    state: InstanceState
    state_checksum: str | None = None
    error_info: ErrorInfo | None = None


class InstancesStatus(Part, frozen=True):
    """Instances of an item for a subject."""

    item: Identity
    subject: Identity
    version: str
    instances: tuple[InstanceStatus, ...] = written(())


class UpdateStatus(Part, frozen=True):
    """Where the Unit stands in its update. Our addition."""

    state: Literal["idle", "downloading", "pending", "installing", "launching", "waiting_active", "finalizing"]
    generation: Generation | None = None
    items: tuple[ItemProgress, ...] = ()
    error_info: ErrorInfo | None = None
    held: Waiting | None = None


class UnitStatus(FromUnitMessage, frozen=True, tag="unitStatus", kw_only=True):
    """Actual state: whole on connect and after an update, changed entries only (`is_delta_info`) between.

    In a delta an absent section (`None`) is unchanged; in a whole one every section is there.
    """

    is_delta_info: bool = written(False)
    unit_config: tuple[UnitConfigStatus, ...] | None = None
    nodes: tuple[NodeStatus, ...] | None = None
    items: tuple[ItemStatus, ...] | None = None
    instances: tuple[InstancesStatus, ...] | None = None
    subjects: tuple[Identity, ...] | None = None
    update: UpdateStatus | None = None


class RequestBlobUrls(FromUnitMessage, frozen=True, tag="requestBlobUrls", kw_only=True):
    """Where are these blobs? Answered by `blobUrls` with the same `correlation_id`."""

    digests: tuple[ContentDigest, ...]


class NodeStateAt(Part, frozen=True, omit_defaults=False):
    """A node's state at a time."""

    timestamp: Time
    state: NodeState
    is_connected: bool = False


class NodeMonitoring(Part, frozen=True):
    """Samples of a node."""

    node: Identity
    node_states: tuple[NodeStateAt, ...] = written(())
    items: tuple[Usage, ...] = written(())


class InstanceStateAt(Part, frozen=True):
    """An instance's state at a time."""

    timestamp: Time
    state: InstanceState


class InstanceMonitoring(InstanceOf, frozen=True, kw_only=True):
    """Samples of an instance."""

    node: Identity
    item_states: tuple[InstanceStateAt, ...] = written(())
    items: tuple[Usage, ...] = written(())


class MonitoringData(FromUnitMessage, frozen=True, tag="monitoringData", kw_only=True):
    """Figures of nodes and instances."""

    nodes: tuple[NodeMonitoring, ...] = written(())
    instances: tuple[InstanceMonitoring, ...] = written(())


class Alert(Part, frozen=True, tag_field="tag", kw_only=True):
    """Base of the seven alerts."""

    timestamp: Time


class SystemAlert(Alert, frozen=True, tag="systemAlert", kw_only=True):
    """A line of a node's system log."""

    node: Identity
    message: str


class CoreAlert(Alert, frozen=True, tag="coreAlert", kw_only=True):
    """A line of AosCore itself."""

    node: Identity
    core_component: Literal["CM", "SM", "IAM", "MP"]
    message: str


class ResourceAllocateAlert(Alert, frozen=True, tag="resourceAllocateAlert", kw_only=True):
    """An instance did not get a device."""

    item: Identity
    subject: Identity
    instance: Count
    node: Identity
    device_id: str
    message: str


class DownloadProgressAlert(Alert, frozen=True, tag="downloadProgressAlert", kw_only=True):
    """How a download goes."""

    digest: ContentDigest
    url: str
    downloaded_bytes: Count
    total_bytes: Count
    state: Literal["started", "paused", "interrupted", "finished"]
    reason: str | None = None
    error_info: ErrorInfo | None = None


class SystemQuotaAlert(Alert, frozen=True, tag="systemQuotaAlert", kw_only=True):
    """A node's figure is over its rule; real Units send no `state` and repeat it at every poll."""

    node: Identity
    parameter: str
    value: Count
    state: AlertState | None = None


class InstanceQuotaAlert(Alert, frozen=True, tag="instanceQuotaAlert", kw_only=True):
    """An instance's figure is over its rule."""

    item: Identity
    subject: Identity
    instance: Count
    parameter: str
    value: Count
    state: AlertState | None = None


class UpdateItemInstanceAlert(Alert, frozen=True, tag="updateItemInstanceAlert", kw_only=True):
    """An instance's news: a failed start, an unhealthy probe, a crash loop."""

    item: Identity
    subject: Identity
    instance: Count
    version: str
    message: str


AnyAlert = (
    SystemAlert
    | CoreAlert
    | ResourceAllocateAlert
    | DownloadProgressAlert
    | SystemQuotaAlert
    | InstanceQuotaAlert
    | UpdateItemInstanceAlert
)


class Alerts(FromUnitMessage, frozen=True, tag="alerts", kw_only=True):
    """What a person may have to look at."""

    items: tuple[AnyAlert, ...]


class PushLog(FromUnitMessage, frozen=True, tag="pushLog", kw_only=True):
    """A part of a log, from 1 of `parts_count`; `content` is base64 of gzip."""

    node: Identity
    part: Count
    parts_count: Count
    status: Literal["ok", "error", "empty", "absent"]
    content: str = written("")
    error_info: ErrorInfo | None = None


class NewState(FromUnitMessage, frozen=True, tag="newState", kw_only=True):
    """An instance changed its state; `state_checksum` is SHA3-224 hex. `state_encoding` is our addition."""

    item: Identity
    subject: Identity
    instance: Count
    state_checksum: str
    state: str
    state_encoding: Encoding | None = None


class StateRequest(FromUnitMessage, frozen=True, tag="stateRequest", kw_only=True):
    """An instance needs its state; `default` asks for the item's default state."""

    item: Identity
    subject: Identity
    instance: Count
    default: bool = written(False)


class EnvVarStatus(InstanceOf, frozen=True, kw_only=True):
    """What became of one overridden variable."""

    name: str
    error_info: ErrorInfo | None = None


class OverrideEnvVarsStatus(FromUnitMessage, frozen=True, tag="overrideEnvVarsStatus", kw_only=True):
    """Answer to `overrideEnvVars`; real Units never send it."""

    statuses: tuple[EnvVarStatus, ...]


class CertificateRequest(Part, frozen=True):
    """A signing request, PEM."""

    type: CertificateType
    node: Identity
    csr: str


class IssueUnitCertificates(FromUnitMessage, frozen=True, tag="issueUnitCertificates", kw_only=True):
    """Ask for certificates."""

    requests: tuple[CertificateRequest, ...]


class InstalledCertificate(Part, frozen=True):
    """What became of an issued certificate."""

    type: CertificateType
    node: Identity
    serial: str
    error_info: ErrorInfo | None = None


class InstallUnitCertificatesConfirmation(
    FromUnitMessage, frozen=True, tag="installUnitCertificatesConfirmation", kw_only=True
):
    """Answer to `issuedUnitCertificates`."""

    certificates: tuple[InstalledCertificate, ...]


class ProvisioningCsr(Part, frozen=True):
    """A signing request of a node in provisioning, PEM."""

    type: CertificateType
    csr: str


class StartProvisioningResponse(FromUnitMessage, frozen=True, tag="startProvisioningResponse", kw_only=True):
    """Answer to `startProvisioningRequest`."""

    node: Identity
    csrs: tuple[ProvisioningCsr, ...] = written(())
    error_info: ErrorInfo | None = None


class FinishProvisioningResponse(FromUnitMessage, frozen=True, tag="finishProvisioningResponse", kw_only=True):
    """Answer to `finishProvisioningRequest`."""

    node: Identity
    error_info: ErrorInfo | None = None


class DeprovisioningResponse(FromUnitMessage, frozen=True, tag="deprovisioningResponse", kw_only=True):
    """Answer to `deprovisioningRequest`."""

    node: Identity
    error_info: ErrorInfo | None = None
