"""What AosCloud says to a Unit."""

from typing import Literal

import msgspec

from aosedge.model.windows import UTC_ZONE, Window
from aosedge.protocol.messages.parts import (
    AlertRules,
    CertificateType,
    ContentDigest,
    Count,
    Generation,
    Identity,
    Number,
    Part,
    ResourceRatios,
    Time,
    written,
)
from aosedge.protocol.service_states import Encoding


class FromCloudMessage(Part, frozen=True, tag_field="messageType"):
    """Base of the cloud's messages; `correlation_id` ties answer and request."""

    correlation_id: str | None = None


class DesiredNode(Part, frozen=True):
    """Whether a node shall run instances."""

    item: Identity
    state: Literal["provisioned", "paused"]


class UnitConfigNode(Part, frozen=True):
    """Configuration of one node, by codename, or of all nodes of a kind."""

    node_group_subject: Identity
    node: Identity | None = None
    alert_rules: AlertRules | None = None
    resource_ratios: ResourceRatios | None = None
    labels: tuple[str, ...] = ()
    priority: Number = 0


class UnitConfig(Part, frozen=True, omit_defaults=False):
    """The Unit's configuration as a whole; a new version replaces the old one."""

    version: str
    format_version: str
    nodes: tuple[UnitConfigNode, ...] = ()


class DesiredItem(Part, frozen=True):
    """A version of an item that the Unit shall have. `item.type` and `owner.id` are required by real Units."""

    item: Identity
    version: str
    owner: Identity
    index_digest: ContentDigest


class DesiredInstance(Part, frozen=True, omit_defaults=False):
    """How many instances of an item run for a subject. Absent numbers are 0 to real Units: always written."""

    item: Identity
    subject: Identity
    priority: Number = 0
    num_instances: Count = 0
    labels: tuple[str, ...] = ()


class DesiredSubject(Part, frozen=True):
    """A subject of the Unit: `group` (state stays local) or `user` (state follows)."""

    identity: Identity
    type: Literal["group", "user"]
    is_reported_from_unit: bool = written(False)


class TrustedCertificate(Part, frozen=True):
    """A certificate by base64 DER and fingerprint."""

    certificate: str
    fingerprint: str


class CertificateChain(Part, frozen=True):
    """A chain by the fingerprints of its certificates."""

    name: str
    fingerprints: tuple[str, ...]


class DesiredBundle(Part, frozen=True):
    """Item ids that become active together or not at all. Our addition."""

    id: str
    items: tuple[str, ...]


class ScheduleRule(Part, frozen=True):
    """When an update that changes any of these items may go on.

    A step without windows is always open, activation as installing is. The precondition, where there is one, holds
    when installing begins and when activation does (`aosedge.model.preconditions`).
    """

    items: tuple[str, ...]
    download: tuple[Window, ...] = ()
    install: tuple[Window, ...] = ()
    activate: tuple[Window, ...] = ()
    precondition: str = ""


class Schedule(Part, frozen=True):
    """Rules that all hold, by the clock on the wall of `zone`. Our addition; absent means at once."""

    zone: str = written(UTC_ZONE)
    rules: tuple[ScheduleRule, ...] = written(())


class DesiredStatus(FromCloudMessage, frozen=True, tag="desiredStatus", kw_only=True):
    """The complete target of a Unit. An absent list is an empty list, an absent `unit_config` is no change."""

    nodes: tuple[DesiredNode, ...] = ()
    unit_config: UnitConfig | None = None
    items: tuple[DesiredItem, ...] = ()
    instances: tuple[DesiredInstance, ...] = ()
    subjects: tuple[DesiredSubject, ...] = ()
    certificates: tuple[TrustedCertificate, ...] = ()
    certificate_chains: tuple[CertificateChain, ...] = ()
    generation: Generation | None = None
    target_digest: ContentDigest | None = None
    bundles: tuple[DesiredBundle, ...] = ()
    schedule: Schedule | None = None


class DecryptInfo(Part, frozen=True):
    """How an encrypted blob is opened."""

    block_alg: str
    block_iv: str
    block_key: str


class SignInfo(Part, frozen=True):
    """A signature over a blob and what proves it."""

    chain_name: str
    alg: str
    value: str
    trusted_timestamp: str
    ocsp_values: tuple[str, ...] = ()


class BlobUrl(Part, frozen=True):
    """Where to fetch a blob. `sha256` is the SHA3-256 of the file, hex: that is what real Units compare."""

    digest: ContentDigest
    urls: tuple[str, ...]
    sha256: str
    size: Count
    decrypt_info: DecryptInfo | None = None
    sign_info: SignInfo | None = None


class BlobUrls(FromCloudMessage, frozen=True, tag="blobUrls", kw_only=True):
    """Answer to `requestBlobUrls`. A digest the cloud does not give this Unit is left out."""

    items: tuple[BlobUrl, ...] = written(())


class LogFilter(Part, frozen=True):
    """Which logs. Real Units answer only for nodes named in `node_ids`."""

    from_: Time | None = msgspec.field(default=None, name="from")
    till: Time | None = None
    node_ids: tuple[str, ...] = ()
    item: Identity | None = None
    subject: Identity | None = None
    instance: Count | None = None


class RequestLog(FromCloudMessage, frozen=True, tag="requestLog", kw_only=True):
    """Ask for logs; they come as `pushLog` parts with this `correlation_id`."""

    log_type: Literal["systemLog", "instanceLog", "crashLog"]
    filter: LogFilter


class StateAcceptance(FromCloudMessage, frozen=True, tag="stateAcceptance", kw_only=True):
    """Whether a `newState` was taken. `checksum` is SHA3-224 hex."""

    item: Identity
    subject: Identity
    instance: Count
    checksum: str
    result: Literal["accepted", "rejected"]
    reason: str = written("")


class UpdateState(FromCloudMessage, frozen=True, tag="updateState", kw_only=True):
    """Replace an instance's state; `state_checksum` is SHA3-224 hex. `state_encoding` is our addition."""

    item: Identity
    subject: Identity
    instance: Count
    state_checksum: str
    state: str
    state_encoding: Encoding | None = None


class EnvVar(Part, frozen=True):
    """A variable; `ttl` is the time at which it ends."""

    name: str
    value: str
    ttl: Time | None = None


class EnvVarsOverride(Part, frozen=True):
    """Variables for the instances that match."""

    item: Identity
    subject: Identity | None = None
    instance: Count | None = None
    variables: tuple[EnvVar, ...] = written(())


class OverrideEnvVars(FromCloudMessage, frozen=True, tag="overrideEnvVars", kw_only=True):
    """All overrides; an empty list clears."""

    items: tuple[EnvVarsOverride, ...] = written(())


class RenewCertificate(Part, frozen=True):
    """One certificate to renew."""

    type: CertificateType
    node: Identity
    serial: str
    valid_till: Time | None = None


class NodeSecret(Part, frozen=True):
    """The provisioning password of a node."""

    node: Identity
    secret: str


class UnitSecrets(Part, frozen=True):
    """A secret for every node; real Units require it."""

    version: str
    nodes: tuple[NodeSecret, ...] = written(())


class RenewCertificatesNotification(FromCloudMessage, frozen=True, tag="renewCertificatesNotification", kw_only=True):
    """Ask the Unit to renew certificates."""

    certificates: tuple[RenewCertificate, ...]
    unit_secrets: UnitSecrets


class IssuedCertificate(Part, frozen=True):
    """A certificate with its chain down to the self-signed root, PEM."""

    type: CertificateType
    node: Identity
    certificate_chain: str


class IssuedUnitCertificates(FromCloudMessage, frozen=True, tag="issuedUnitCertificates", kw_only=True):
    """Answer to `issueUnitCertificates`."""

    certificates: tuple[IssuedCertificate, ...]


class StartProvisioningRequest(FromCloudMessage, frozen=True, tag="startProvisioningRequest", kw_only=True):
    """Begin provisioning of a node."""

    node: Identity
    password: str


class ProvisioningCertificate(Part, frozen=True):
    """A certificate chain to install on a node, PEM."""

    type: CertificateType
    chain: str


class FinishProvisioningRequest(FromCloudMessage, frozen=True, tag="finishProvisioningRequest", kw_only=True):
    """Install certificates and end the provisioning of a node."""

    node: Identity
    certificates: tuple[ProvisioningCertificate, ...]
    password: str


class DeprovisioningRequest(FromCloudMessage, frozen=True, tag="deprovisioningRequest", kw_only=True):
    """Take a node's identity away."""

    node: Identity
    password: str
