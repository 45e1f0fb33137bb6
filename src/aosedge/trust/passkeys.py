"""Passkeys (WebAuthn): what an authenticator is asked, and whether its answer holds.

An authenticator must keep the account itself (a resident key), so that nobody types a user name, and must have
verified its person, since a passkey is all that they show.
"""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from aosedge.model.errors import Untrusted

T = TypeVar("T")
Credential = dict[str, Any]
"""As a browser's `PublicKeyCredential.toJSON()` gives it."""
CHALLENGE_BYTES: Final = 32
TIMEOUT_MS: Final = 300_000
_MALFORMED: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)
"""What the library lets through of answers that are none."""


class RelyingParty(msgspec.Struct, frozen=True):
    """For whom a passkey is: the domain, and the origins of its pages."""

    id: str
    origins: frozenset[str]
    name: str = "AosCloud"


class Enrolled(msgspec.Struct, frozen=True):
    """A new passkey. `credential_id` is base64url; `synced`: its owner's other devices may have it too."""

    credential_id: str
    public_key: bytes
    sign_count: int
    aaguid: str
    synced: bool


def new_challenge() -> bytes:
    """Fresh random bytes."""
    return os.urandom(CHALLENGE_BYTES)


def creation_options(
    party: RelyingParty, challenge: bytes, user_id: str, username: str, display_name: str, known: Iterable[str]
) -> dict[str, Any]:
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`; `known` are credential ids that the user has."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=user_id.encode(),
        user_name=username,
        user_display_name=display_name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known],
    )
    return options_to_json_dict(options)


def request_options(party: RelyingParty, challenge: bytes) -> dict[str, Any]:
    """For `PublicKeyCredential.parseRequestOptionsFromJSON`: any account that the authenticator has for us."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def challenge_in(credential: Credential) -> bytes:
    """What the answer says that it answers; raises Untrusted."""

    def read() -> bytes:
        said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        return base64url_to_bytes(said["challenge"])

    return _holding(read)


def credential_id_in(credential: Credential) -> str:
    """Which passkey the answer says it comes from; raises Untrusted."""
    return _holding(lambda: bytes_to_base64url(base64url_to_bytes(credential["rawId"])))


def user_id_in(credential: Credential) -> str | None:
    """Whose the authenticator says the passkey is, if it says; raises Untrusted."""

    def read() -> str | None:
        said = credential["response"].get("userHandle")
        return base64url_to_bytes(said).decode() if said else None

    return _holding(read)


def enrolled(party: RelyingParty, credential: Credential, challenge: bytes) -> Enrolled:
    """The passkey that was made for this challenge; raises Untrusted."""
    found = _holding(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=sorted(party.origins),
            require_user_verification=True,
        )
    )
    return Enrolled(
        credential_id=bytes_to_base64url(found.credential_id),
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        aaguid=found.aaguid,
        synced=found.credential_backed_up,
    )


def sign_count_of(
    party: RelyingParty, credential: Credential, challenge: bytes, public_key: bytes, sign_count: int
) -> int:
    """How often the authenticator has signed by now, after an answer that holds.

    Raises Untrusted, also where the count has not grown from `sign_count`: then somebody has a copy of the passkey.
    Authenticators that sync their passkeys always say 0.
    """
    return _holding(
        lambda: (
            webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=sorted(party.origins),
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            ).new_sign_count
        )
    )


def _holding(read: Callable[[], T]) -> T:
    try:
        return read()
    except WebAuthnException as error:
        raise Untrusted("the passkey's answer does not hold", element="credential", got=str(error)[:200]) from error
    except _MALFORMED as error:
        raise Untrusted(
            "not an answer of a passkey", element="credential", expected="PublicKeyCredential.toJSON()"
        ) from error
