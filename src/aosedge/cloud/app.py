"""The composition root: reads settings, builds the parts, runs them until a signal."""

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud import https
from aosedge.cloud.api.application import PATH, Parts, application
from aosedge.cloud.api.asking import Around
from aosedge.cloud.api.console import ConsoleFiles
from aosedge.cloud.api.front import Front
from aosedge.cloud.api.signing_in import SignIns
from aosedge.cloud.blobs import ObjectBlobs, open_blobs
from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.gateway import server as gateway
from aosedge.cloud.gateway.store_records import StoreRecords
from aosedge.cloud.listening import listen, port_of
from aosedge.cloud.openid import Provider
from aosedge.cloud.reconcilers import driver_for
from aosedge.cloud.reconcilers.driver import Run
from aosedge.cloud.settings import Settings
from aosedge.cloud.store import Store
from aosedge.cloud.upkeep import opened
from aosedge.cloud.usecases import installation
from aosedge.cloud.usecases.admission import Admission
from aosedge.cloud.usecases.attempts import Attempts
from aosedge.cloud.usecases.bundles import Intake
from aosedge.cloud.usecases.certificates import PURPOSE, Certification
from aosedge.cloud.usecases.configurations import Configurations
from aosedge.cloud.usecases.dispatch import Dispatcher
from aosedge.cloud.usecases.doorkeeper import Doorkeeper
from aosedge.cloud.usecases.dossiers import Dossiers
from aosedge.cloud.usecases.evidence import EvidenceFiles
from aosedge.cloud.usecases.openid import OpenId
from aosedge.cloud.usecases.passkeys import Passkeys
from aosedge.cloud.usecases.people import SignIn
from aosedge.cloud.usecases.platform import Platform
from aosedge.cloud.usecases.provisioning import Provisioning
from aosedge.cloud.usecases.signers import Signers
from aosedge.cloud.usecases.signing_in import Sessions
from aosedge.model.errors import Invalid
from aosedge.trust import tls
from aosedge.trust.certificates import Authority
from aosedge.trust.passkeys import RelyingParty
from aosedge.trust.possession import Challenges
from aosedge.trust.sealing import Seal

UNIT_ATTEMPTS = 300
"""Requests from one address at once of Units that are not in; what leads on is not counted."""
Say = Callable[[str], None]
"""Where lines for people go."""


async def serve(settings: Settings, say: Say) -> None:
    """Serve until SIGTERM or SIGINT; raises Conflict for a taken port, Invalid before `aoscloud init`."""
    sockets = _ports(settings)
    try:
        if not settings.secret_file.exists():
            raise Invalid("nothing is set up here", element=str(settings.data_folder), cure="run: aoscloud init")
        settings = _with_real_ports(settings, sockets)
        async with opened(settings) as store:
            await _serve(settings, sockets, store, say)
    finally:
        for listener in sockets.values():
            listener.close()
    say("stopped")


def _ports(settings: Settings) -> dict[str, socket.socket]:
    wanted = ["api_port", "unit_port", "channel_port"]
    if settings.blob_http_port:
        wanted.append("blob_http_port")
    taken: dict[str, socket.socket] = {}
    try:
        for setting in wanted:
            taken[setting] = listen(settings, setting)
    except BaseException:
        for listener in taken.values():
            listener.close()
        raise
    return taken


def _with_real_ports(settings: Settings, sockets: dict[str, socket.socket]) -> Settings:
    return msgspec.structs.replace(settings, **{name: port_of(listener) for name, listener in sockets.items()})


class CloudParts(msgspec.Struct, frozen=True):
    """What both doors are made of."""

    settings: Settings
    sockets: dict[str, socket.socket]
    store: Store
    blobs: ObjectBlobs
    bus: InProcessBus
    authority: Authority
    secret: bytes
    certificate: Path
    key: Path
    stop: asyncio.Event
    clock: SystemClock = SystemClock()
    ids: RandomIds = RandomIds()
    runs: dict[str, Run] = msgspec.field(default_factory=dict)
    """Of the reconcilers, the last of each."""

    def tls(self, clients: Literal["optional", "required"]) -> ssl.SSLContext:
        """TLS of a door."""
        return tls.server_context(self.certificate, self.key, self.authority.root_pem(), clients)

    def seal(self) -> Seal:
        """Closes the passwords of Units' nodes."""
        return Seal(self.secret, PURPOSE)

    def provisioning(self) -> Provisioning:
        """Issues what registrations ask for."""
        return Provisioning(self.authority, self.settings.discovery_url, self.ids, self.seal())

    def doorkeeper(self) -> Doorkeeper:
        """Takes Units that are not in yet. Their attempts are not those of people who sign in."""
        attempts = Attempts(self.store, self.clock, UNIT_ATTEMPTS)
        challenges, provisioning = Challenges(self.secret), self.provisioning()
        parts = self.authority, provisioning, challenges, self.clock, self.ids, attempts
        return Doorkeeper(self.store, *parts)

    def dossiers(self) -> Dossiers:
        """Writes and signs dossiers of campaigns."""
        folder = self.settings.data_folder
        return Dossiers(Signers(folder / "signing" / "dossiers.pem", self.authority), folder / "scratch")

    def intake(self) -> Intake:
        """Takes bundles."""
        scratch, most = self.settings.data_folder / "uploads", self.settings.upload_most_mb * 1_000_000
        return Intake(self.store, self.blobs, self.bus, self.authority.roots, self.clock, self.ids, scratch, most)


async def _serve(settings: Settings, sockets: dict[str, socket.socket], store: Store, say: Say) -> None:
    authority, _made = installation.ready_authority(settings, SystemClock().wall())
    certificate, key = installation.server_files(settings, authority, SystemClock().wall())
    parts = CloudParts(
        settings=settings,
        sockets=sockets,
        store=store,
        blobs=open_blobs(settings.blobs_url, settings.data_folder / "scratch"),
        bus=InProcessBus(),
        authority=authority,
        secret=settings.secret_file.read_bytes(),
        certificate=certificate,
        key=key,
        stop=asyncio.Event(),
    )
    _stop_on_signals(parts.stop)
    intake = parts.intake()
    certification = Certification(store, authority, settings.discovery_url, parts.seal())
    records = StoreRecords(store, parts.blobs, parts.bus, parts.clock, parts.ids, certification)
    await records.begin()
    if undone := await intake.recover():
        say(f"undone: {undone} uploads that had broken off")
    say(f"AosCloud for {settings.domain}: API {settings.api_url}/api/v11, Units {settings.discovery_url}")
    driver = driver_for(store, parts.bus, parts.clock, parts.ids, settings.audit_kept_days, parts.runs)
    async with asyncio.TaskGroup() as tasks:
        reconciling = tasks.create_task(driver.run())
        doors = (_people_door(parts, intake), _units_door(parts, records))
        serving = [tasks.create_task(door) for door in doors]
        tasks.create_task(_hush(parts))
        say("ready")
        await asyncio.wait(serving)
        reconciling.cancel()


async def _hush(parts: CloudParts) -> None:
    """End event streams with everything else, so that nobody has to wait for their time-out."""
    await parts.stop.wait()
    await parts.bus.close()


def _provider(settings: Settings, clock: SystemClock) -> Provider | None:
    """The OpenID Connect provider, where the settings name one; raises Invalid."""
    if not settings.openid_issuer:
        return None
    redirect_uri = f"{settings.api_url}{PATH}/sign-in/openid/callback/"
    issuer, client, scopes = settings.openid_issuer, settings.openid_client_id, settings.openid_scopes
    return Provider(issuer, client, settings.openid_secret(), scopes, redirect_uri, clock)


def people_application(parts: CloudParts, intake: Intake) -> Front:
    """What the people's door serves."""
    settings, store, clock, ids = parts.settings, parts.store, parts.clock, parts.ids
    lifetimes, attempts = settings.session_lifetimes, Attempts(store, clock, settings.sign_in_attempts)
    sign_in, origins = SignIn(store, clock, ids, lifetimes), settings.page_origins
    sessions = Sessions(store, clock, ids, lifetimes, attempts)
    party = RelyingParty(settings.domain, origins)
    api = application(
        Parts(
            around=Around(Dispatcher(store), sign_in, ids, parts.bus, attempts, origins),
            sign_ins=SignIns(sessions, origins, settings.openid_title if settings.openid_issuer else ""),
            openid=OpenId(store, clock, ids, _provider(settings, clock), settings.openid_policy, sessions),
            passkeys=Passkeys(store, clock, ids, party, sessions),
            provisioning=parts.provisioning(),
            doorkeeper=parts.doorkeeper(),
            intake=intake,
            configurations=Configurations(parts.blobs),
            evidence_files=EvidenceFiles(parts.blobs),
            admission=Admission(store, parts.authority, clock, attempts),
            dossiers=parts.dossiers(),
            platform=Platform(settings, version("aosedge"), clock.wall(), parts.runs),
            root_pem=parts.authority.root_pem(),
            upload_bytes_most=settings.upload_most_mb * 1_000_000,
        )
    )
    blobs = gateway.blob_door(parts.blobs, parts.secret, settings.blob_base, clock)
    return Front(api, blobs, ConsoleFiles(), ids)


async def _people_door(parts: CloudParts, intake: Intake) -> None:
    app = people_application(parts, intake)
    await https.serve(app, parts.sockets["api_port"], parts.tls("optional"), parts.stop)


async def _units_door(parts: CloudParts, records: StoreRecords) -> None:
    settings, sockets = parts.settings, parts.sockets
    await gateway.serve(
        gateway.Sockets(sockets["unit_port"], sockets["channel_port"], sockets.get("blob_http_port")),
        gateway.Names(gateway.channel_url(settings.domain, settings.channel_port), settings.blob_base),
        parts.tls("required"),
        parts.secret,
        records,
        parts.blobs,
        parts.bus,
        parts.clock,
        parts.ids,
        parts.stop,
        channel=settings.channel_library,
    )


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
