"""What Units ask for that are not in yet: a challenge, to be let in, and how that stands."""

from typing import Any

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from aosedge.cloud.api.asking import Name, origin_of
from aosedge.cloud.api.invitations import token_of
from aosedge.cloud.api.provisioning import RegistrationBody, read_body
from aosedge.cloud.domain.waiting import WaitingState, WaitingUnit
from aosedge.cloud.usecases.doorkeeper import Doorkeeper, Said, Visit
from aosedge.model.ids import WaitingId

RETRY_S = 10


class ChallengeView(msgspec.Struct, frozen=True):
    """What a proof is to be over; good for five minutes, and once."""

    challenge: str


class EnrolBody(RegistrationBody, frozen=True, kw_only=True):
    """A registration; `proof` by the new online key is over the challenge, the system id and the signing requests."""

    challenge: str
    proof: str


class ReturnBody(EnrolBody, frozen=True, kw_only=True):
    """The same with the expired online `certificate`, PEM; `proof` is by its key."""

    certificate: str


class ProofBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proof by the new online key over the challenge, the operation's name and the id."""

    challenge: str
    proof: str


class AppliedView(msgspec.Struct, frozen=True):
    """How the application stands. `certificates` by type, PEM chains down to the root, once the Unit is let in."""

    id: str
    state: WaitingState
    reason: str
    retry_after_s: int
    fingerprint: str
    certificates: dict[str, str] = {}


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """Who is at the door."""
    return Visit(request.scope["state"]["request_id"], origin_of(request))


def applied_view(applied: WaitingUnit) -> AppliedView:
    """As it was taken."""
    return AppliedView(applied.id, applied.decided, applied.reason, RETRY_S, applied.fingerprint)


@post("/units/challenge/", operation_id="unit_challenge", tags=["units"], security=[{}], status_code=200)
async def challenge(request: Request[Any, Any, Any], doorkeeper: NamedDependency[Doorkeeper]) -> ChallengeView:
    """A challenge for a Unit's proof that it holds its key."""
    return ChallengeView(doorkeeper.challenge(visit_of(request)))


@post("/units/enrol/", operation_id="units_enrol", tags=["units"], security=[{"invitation": []}])
async def enrol(
    request: Request[Any, Any, Any], doorkeeper: NamedDependency[Doorkeeper], data: JSONBody[EnrolBody]
) -> AppliedView:
    """A new Unit registers itself with an enrolment key, `Authorization: Token ...`; the same again is the same."""
    secret, visit = token_of(request), visit_of(request)
    doorkeeper.recognise(data.challenge)
    said = Said(read_body(data), data.challenge, data.proof)
    return applied_view(await doorkeeper.enrol(secret, said, visit))


@post("/units/return/", operation_id="units_return", tags=["units"], security=[{}])
async def come_back(
    request: Request[Any, Any, Any], doorkeeper: NamedDependency[Doorkeeper], data: JSONBody[ReturnBody]
) -> AppliedView:
    """A Unit whose certificate has expired asks for new ones, with a proof by its old key."""
    doorkeeper.recognise(data.challenge)
    said = Said(read_body(data), data.challenge, data.proof)
    return applied_view(await doorkeeper.come_back(data.certificate, said, visit_of(request)))


@post("/units/waiting/{id:str}/", operation_id="units_collect", tags=["units"], security=[{}], status_code=200)
async def collect(
    request: Request[Any, Any, Any], doorkeeper: NamedDependency[Doorkeeper], id: Name, data: JSONBody[ProofBody]
) -> AppliedView:
    """How an application stands, and once the Unit is let in, its certificates."""
    found = await doorkeeper.collect(WaitingId(id), data.challenge, data.proof, visit_of(request))
    applied = found.applied
    return AppliedView(applied.id, found.state, applied.reason, RETRY_S, applied.fingerprint, found.chains)
