"""Names of things, one type a kind, so that one cannot be passed for another."""

from typing import NewType, Protocol

OrgId = NewType("OrgId", str)  # an organization: an OEM, a Service Provider or the installation itself
UserId = NewType("UserId", str)
FleetId = NewType("FleetId", str)
UnitId = NewType("UnitId", str)  # the cloud's id of a Unit
SystemId = NewType("SystemId", str)  # what the Unit calls itself on the wire and in its certificate
NodeName = NewType("NodeName", str)  # a node's codename
SetId = NewType("SetId", str)  # a Unit Set
TargetSystemId = NewType("TargetSystemId", str)  # a kind of hardware
SubjectId = NewType("SubjectId", str)
ItemId = NewType("ItemId", str)
VersionId = NewType("VersionId", str)  # one version of one item
BundleId = NewType("BundleId", str)
AssignmentId = NewType("AssignmentId", str)
InvitationId = NewType("InvitationId", str)
EnrolmentKeyId = NewType("EnrolmentKeyId", str)  # an enrolment key, not the secret in it
WaitingId = NewType("WaitingId", str)  # a Unit that waits for approval
TokenId = NewType("TokenId", str)  # an API token, not the secret in it
PasskeyId = NewType("PasskeyId", str)  # ours; an authenticator has its own, the credential id
SessionId = NewType("SessionId", str)  # a person's session in a browser, not the secret in its cookie
RxswinId = NewType("RxswinId", str)  # a revision of a software identification number
CampaignId = NewType("CampaignId", str)
BatchId = NewType("BatchId", str)  # a Verification Batch
EvidenceId = NewType("EvidenceId", str)
Txn = NewType("Txn", str)  # a message's transaction id on the Unit channel


class Ids(Protocol):
    """Where new ids come from: random outside, seeded in tests."""

    def new(self) -> str:
        """A fresh UUID in its canonical text form."""
