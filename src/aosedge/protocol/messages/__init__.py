"""The 26 message types of the Unit protocol, version 7, as frozen types.

Names and shapes follow AosEdge's public wire format (aosedge/aos_core_cpp `src/common/cloudprotocol`), mended by what
AosCore 9.1.1 was seen to send. Absent optional fields are `None` or empty; unknown fields are ignored.
"""

from aosedge.protocol.messages.from_cloud import (
    BlobUrls,
    DeprovisioningRequest,
    DesiredStatus,
    FinishProvisioningRequest,
    IssuedUnitCertificates,
    OverrideEnvVars,
    RenewCertificatesNotification,
    RequestLog,
    StartProvisioningRequest,
    StateAcceptance,
    UpdateState,
)
from aosedge.protocol.messages.from_unit import (
    Alerts,
    DeprovisioningResponse,
    FinishProvisioningResponse,
    InstallUnitCertificatesConfirmation,
    IssueUnitCertificates,
    MonitoringData,
    NewState,
    OverrideEnvVarsStatus,
    PushLog,
    RequestBlobUrls,
    StartProvisioningResponse,
    StateRequest,
    UnitStatus,
)
from aosedge.protocol.messages.receipts import Ack, Nack

FromCloud = (
    DesiredStatus
    | BlobUrls
    | RequestLog
    | StateAcceptance
    | UpdateState
    | OverrideEnvVars
    | RenewCertificatesNotification
    | IssuedUnitCertificates
    | StartProvisioningRequest
    | FinishProvisioningRequest
    | DeprovisioningRequest
)
FromUnit = (
    UnitStatus
    | RequestBlobUrls
    | MonitoringData
    | Alerts
    | PushLog
    | NewState
    | StateRequest
    | OverrideEnvVarsStatus
    | IssueUnitCertificates
    | InstallUnitCertificatesConfirmation
    | StartProvisioningResponse
    | FinishProvisioningResponse
    | DeprovisioningResponse
)
Receipt = Ack | Nack
Message = FromCloud | FromUnit | Receipt

__all__ = [
    "Ack",
    "Alerts",
    "BlobUrls",
    "DeprovisioningRequest",
    "DeprovisioningResponse",
    "DesiredStatus",
    "FinishProvisioningRequest",
    "FinishProvisioningResponse",
    "FromCloud",
    "FromUnit",
    "InstallUnitCertificatesConfirmation",
    "IssueUnitCertificates",
    "IssuedUnitCertificates",
    "Message",
    "MonitoringData",
    "Nack",
    "NewState",
    "OverrideEnvVars",
    "OverrideEnvVarsStatus",
    "PushLog",
    "Receipt",
    "RenewCertificatesNotification",
    "RequestBlobUrls",
    "RequestLog",
    "StartProvisioningRequest",
    "StartProvisioningResponse",
    "StateAcceptance",
    "StateRequest",
    "UnitStatus",
    "UpdateState",
]
