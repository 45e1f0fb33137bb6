"""The OpenID Connect provider: what we send people to, and what we ask it for. Everything it says is foreign."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from aosedge.cloud.domain.openid import Expected
from aosedge.model.errors import Invalid, Unavailable, Untrusted
from aosedge.model.instants import HOUR, Clock, Monotonic

TIMEOUT_S: Final = 10
BYTES_MOST: Final = 512 * 1024
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures with a key that only the provider has; `none` and those with our secret are not among them."""
_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "::1"))


class Metadata(msgspec.Struct, frozen=True):
    """What we need of the provider's `.well-known/openid-configuration`."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Provider:
    """One provider, asked as one client. All failures are Unavailable or Untrusted, in words."""

    def __init__(
        self, issuer: str, client_id: str, secret: str, scopes: str, redirect_uri: str, clock: Clock
    ) -> None:
        """Raises Invalid for an issuer that could be read or forged on the way."""
        self.issuer = _safe(issuer, "openid_issuer")
        self.client_id, self._secret, self._scopes = client_id, secret, scopes
        self._redirect_uri, self._clock = redirect_uri, clock
        self._known: tuple[Monotonic, Metadata] | None = None

    async def address(self, state: str, nonce: str, challenge: str) -> str:
        """Where to send somebody; `challenge` is that of PKCE, S256. Raises Unavailable and Untrusted."""
        metadata = await self._metadata()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        separator = "&" if "?" in metadata.authorization_endpoint else "?"
        return metadata.authorization_endpoint + separator + urlencode(asked)

    async def claims(self, code: str, verifier: str) -> Mapping[str, Any]:
        """What the provider's token says, whose signature holds; raises Unavailable and Untrusted."""
        metadata = await self._metadata()
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        auth: httpx.BasicAuth | None = None
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported and self._secret:
            auth = httpx.BasicAuth(self.client_id, self._secret)
        else:
            body |= {"client_id": self.client_id} | ({"client_secret": self._secret} if self._secret else {})
        answer = await self._asked("POST", metadata.token_endpoint, body, auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Untrusted("the provider gave no token", element="id_token", got=str(answer.get("error", ""))[:100])
        keys = await self._asked("GET", metadata.jwks_uri)
        try:
            return jwt.decode(token, jwk.KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)).claims  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Untrusted("the provider's token does not hold", element="id_token", got=str(error)[:200]) from error

    def expected(self, nonce: str) -> Expected:
        """What the claims must have."""
        return Expected(self.issuer, self.client_id, nonce)

    async def _metadata(self) -> Metadata:
        now = self._clock.monotonic()
        if self._known is None or now - self._known[0] > HOUR:
            said = await self._asked("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            try:
                metadata = msgspec.convert(said, Metadata)
            except msgspec.ValidationError as error:
                raise Untrusted("the provider tells too little", element="provider", got=str(error)) from error
            if metadata.issuer != self.issuer:
                raise Untrusted(
                    "the provider is another", element="issuer", expected=self.issuer, got=metadata.issuer[:100]
                )
            for endpoint in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
                _safe(endpoint, "provider")
            self._known = now, metadata
        return self._known[1]

    async def _asked(
        self, method: str, url: str, body: dict[str, str] | None = None, auth: httpx.BasicAuth | None = None
    ) -> dict[str, Any]:
        try:
            async with asyncio.timeout(TIMEOUT_S), httpx.AsyncClient(verify=ssl.create_default_context()) as client:
                headers = {"accept": "application/json"}
                async with client.stream(method, url, data=body, headers=headers, auth=auth) as answer:
                    content = b""
                    async for part in answer.aiter_bytes():
                        content += part
                        if len(content) > BYTES_MOST:
                            raise Untrusted("the provider's answer is too large", element="provider")
            said = msgspec.json.decode(content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise _down(f"it cannot be reached: {type(error).__name__}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _down(f"it answers {answer.status_code} and no JSON") from error
        if not isinstance(said, dict):
            raise _down("its answer is no object")
        if answer.status_code >= 500:
            raise _down(f"it answers {answer.status_code}")
        if answer.status_code >= 400 and "error" not in said:
            raise _down(f"it refuses with {answer.status_code}")
        return said


def _down(words: str) -> Unavailable:
    cure = "try again, or another way"
    return Unavailable(f"the sign-in provider has a problem: {words}", retry_after_s=10, cure=cure)


def _safe(url: str, element: str) -> str:
    """The address, if nobody on the way can read or forge what is sent there; raises Invalid."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise Invalid("not a safe address", element=element, expected="https://...", got=url[:100])
    return url
