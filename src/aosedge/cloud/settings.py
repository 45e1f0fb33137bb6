"""What a person can set: a TOML file, then the environment (`AOSCLOUD_<NAME>`), which wins."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from aosedge.cloud.domain.access.callers import Role
from aosedge.cloud.domain.openid import ClaimNames, Newcomers, Policy
from aosedge.cloud.domain.sessions import Lifetimes
from aosedge.model.errors import Invalid
from aosedge.model.ids import OrgId
from aosedge.model.instants import HOUR, MINUTE

PREFIX = "AOSCLOUD_"
FILES = (Path("aoscloud.toml"), Path("/etc/aosedge/aoscloud.toml"))

SHORTEST_LIFE = timedelta(seconds=10)
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Megabytes = Annotated[int, msgspec.Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of one AosCloud process. A port of 0 takes any free one, except where it says off."""

    data_folder: Path = Path("var/cloud")
    """Database, blobs, certificate authority and secrets, unless set apart below."""
    domain: str = "localhost"
    """The name under which people and Units reach this cloud; it is in every certificate."""
    host: str = ""
    """Address to listen on. By default the loopback for the domain `localhost`, every address for another."""
    api_port: Port = 10000
    """REST API and console, over TLS."""
    unit_port: Port = 9000
    """Service discovery of Units, over mutual TLS; real Units look here without being told."""
    channel_port: Port = 9001
    """WebSocket of Units, over mutual TLS; discovery hands it out."""
    channel_library: Literal["picows", "websockets"] = "picows"
    """What carries the channel of Units; `websockets` is slower, and there if the other ever fails us (ADR 2)."""
    blob_http_port: Port = 0
    """Blobs over plain HTTP, for Units that trust only their system's authorities; 0 is off."""
    blob_url_base: str = ""
    """Where Units fetch blobs, such as a CDN; by default the API."""
    database: str = ""
    """`postgresql://...`; by default SQLite in the data folder."""
    blobs: str = ""
    """A folder or an object store's URL; by default a folder in the data folder."""
    upload_most_mb: Megabytes = 2048
    """Largest Deployment Bundle, in megabytes of 1,000,000 bytes."""
    unit_certificate_life: timedelta = timedelta(days=5 * 365)
    """How long a Unit's certificates hold, ISO 8601. Units renew them at three quarters of it."""
    audit_kept_days: Annotated[int, msgspec.Meta(ge=0)] = 1095
    """How long lines of the audit trail are kept, three years by default; 0 keeps all."""
    session_idle_minutes: Annotated[int, msgspec.Meta(ge=1)] = 120
    """A person's session in a browser ends after so long without use."""
    session_hours: Annotated[int, msgspec.Meta(ge=1)] = 12
    """A session ends so long after it began, however busy."""
    sign_in_attempts: Annotated[int, msgspec.Meta(ge=1)] = 60
    """Failed attempts to sign in that pass at once from one address; then one each 2 s. For one user a third."""
    openid_issuer: str = ""
    """`https://...` of an OpenID Connect provider at which people sign in; empty is none."""
    openid_client_id: str = ""
    """What the provider knows this cloud as; its redirect address is `<API>/api/v11/sign-in/openid/callback/`."""
    openid_secret_file: str = ""
    """A file with the secret that the provider has given; none for a public client."""
    openid_title: Annotated[str, msgspec.Meta(min_length=1)] = "OpenID Connect"
    """What the sign-in page calls the provider."""
    openid_scopes: str = "openid email profile"
    """What the provider is asked for."""
    openid_email_claim: str = "email"
    """The claim with a person's address: they are the users here with this address."""
    openid_verified_claim: str = "email_verified"
    """The claim that must be true for the address to count; empty where the provider only tells verified ones."""
    openid_username_claim: str = "preferred_username"
    """The claim that names a new user; their address does without it."""
    openid_new_users: str = ""
    """An organization's id: somebody with a verified address that nobody here has becomes a user of it."""
    openid_new_users_role: Role = "auditor"
    """In this role."""
    origins: str = ""
    """Where pages come from that may act in a session, separated by commas; always the API's own address."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """At `debug`, each request is one line."""
    log_format: Literal["auto", "text", "json"] = "auto"
    """`auto` is text for people on a terminal, JSON elsewhere."""

    @property
    def unit_life_us(self) -> int:
        """`unit_certificate_life` in microseconds."""
        return self.unit_certificate_life // timedelta(microseconds=1)

    @property
    def listen_host(self) -> str:
        """The address to listen on."""
        return self.host or ("127.0.0.1" if self.domain == "localhost" else "0.0.0.0")

    @property
    def api_url(self) -> str:
        """Where people reach the API."""
        return f"https://{self.domain}:{self.api_port}"

    @property
    def session_lifetimes(self) -> Lifetimes:
        """How long sessions last."""
        return Lifetimes(self.session_idle_minutes * MINUTE, self.session_hours * HOUR)

    @property
    def openid_policy(self) -> Policy:
        """What people of the provider may be."""
        names = ClaimNames(self.openid_email_claim, self.openid_verified_claim, self.openid_username_claim)
        new = self.openid_new_users
        return Policy(names, Newcomers(OrgId(new), self.openid_new_users_role) if new else None)

    def openid_secret(self) -> str:
        """What the provider knows this cloud by; raises Invalid for a file that cannot be read."""
        if not self.openid_secret_file:
            return ""
        try:
            return Path(self.openid_secret_file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid("cannot be read", element="openid_secret_file", got=str(error)[:200]) from error

    @property
    def page_origins(self) -> frozenset[str]:
        """What a browser calls the places that our pages come from."""
        own = self.api_url.removesuffix(":443")
        return frozenset((own, *(said.strip().rstrip("/") for said in self.origins.split(",") if said.strip())))

    @property
    def discovery_url(self) -> str:
        """What the certificates of Units name as their cloud."""
        return f"https://{self.domain}:{self.unit_port}"

    @property
    def blob_base(self) -> str:
        """What links to blobs begin with."""
        return (self.blob_url_base or self.api_url).rstrip("/")

    @property
    def database_url(self) -> str:
        """The database as the store takes it."""
        return self.database or f"sqlite:///{(self.data_folder / 'aoscloud.db').absolute()}"

    @property
    def blobs_url(self) -> str:
        """The blob store as `cloud.blobs` takes it."""
        return self.blobs or str((self.data_folder / "blobs").absolute())

    @property
    def authority_folder(self) -> Path:
        """The certificate authority."""
        return self.data_folder / "ca"

    @property
    def secret_file(self) -> Path:
        """Signs links and tokens; mode 0600, equal in every process of one installation."""
        return self.data_folder / "secret"

    @property
    def root_file(self) -> Path:
        """A copy of the trusted roots, for clients on this machine."""
        return self.data_folder / "root.pem"

    @property
    def users_folder(self) -> Path:
        """PKCS#12 files of the first users; mode 0600."""
        return self.data_folder / "users"


def load(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """Settings from `file` (or the first of FILES that exists) and the environment.

    Raises Invalid naming the setting, or the file that cannot be read.
    """
    named = file or (Path(environment[PREFIX + "CONFIG"]) if environment.get(PREFIX + "CONFIG") else None)
    path = named or next((path for path in FILES if path.exists()), None)
    values: dict[str, object] = _from_file(path) if path else {}
    for name in Settings.__struct_fields__:
        text = environment.get(PREFIX + name.upper())
        if text is not None:
            values[name] = text
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise _wrong(error) from error
    if settings.unit_certificate_life < SHORTEST_LIFE:
        raise _wrong(
            msgspec.ValidationError(f"Expected `PT{SHORTEST_LIFE.seconds}S` or more - at `$.unit_certificate_life`")
        )
    return settings


def variable(setting: str) -> str:
    """The environment variable that moves a setting."""
    return PREFIX + setting.upper()


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise ValueError(f"Expected a path, got {value!r}")


def _from_file(path: Path) -> dict[str, object]:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=dict[str, object])
    except OSError as error:
        raise Invalid("cannot be read", element=str(path), got=os.strerror(error.errno or 0)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("not a settings file", element=str(path), expected="TOML", got=str(error)) from error


def _wrong(error: msgspec.ValidationError) -> Invalid:
    words, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`")
    cure = f"mend it in the settings file or in {variable(name)}" if name else "see: aoscloud settings"
    return Invalid(words, element=name or "settings", cure=cure)
