"""A Unit is born and registered: over real HTTPS with a real authority, killed between any two steps."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from aosedge.clock import SystemClock
from aosedge.core import identity
from aosedge.core.enrolment import enrol
from aosedge.core.identity import FOLDER, Card, read_card
from aosedge.core.settings import Settings
from aosedge.model.errors import AosError, Conflict, Invalid, NotAllowed, Unavailable, Untrusted
from aosedge.model.ids import SystemId, UnitId, UserId
from aosedge.trust import certificates, csr, files, tls


class SmallRegistry:
    """The part of AosCloud that signs a Unit's keys. `spoil` may change what it answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SystemClock()
        self.authority = certificates.Authority.create(folder / "ca", "localhost", self.clock.wall())
        self.discovery_url = "https://cloud.example:9000"
        self.requests: list[dict[str, Any]] = []
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda answer: answer
        self.refusal: tuple[int, dict[str, str]] | None = None
        _, p12 = self.authority.issue_user_p12(UserId("u"), "oem", self.clock.wall())
        (folder / "oem.p12").write_bytes(p12)
        key = csr.new_key()
        issued = self.authority.issue_server(key.public_key(), ["localhost"], self.clock.wall())
        files.write_whole(folder / "server.key", certificates.key_pem(key))
        files.write_whole(folder / "server.pem", issued.chain_pem.encode())

    def register(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(request)
        name = SystemId(request["system_uid"])
        answer = {"system_uid": name, "additional_certs": []}
        kinds: tuple[csr.UnitCertificateType, ...] = ("online", "offline")
        for kind in kinds:
            issued = self.authority.issue_unit(
                request[f"{kind}_public_csr"],
                UnitId("unit"),
                name,
                kind,
                self.clock.wall(),
                discovery_url=self.discovery_url,
            )
            answer[f"{kind}_certificate"] = issued.chain_pem
        return self.spoil(answer)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SmallRegistry]:
    registry = SmallRegistry(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/api/v11/root-certificate/"
            self.answer(200, registry.authority.root_pem().encode())

        def do_POST(self) -> None:
            assert self.path == "/api/v11/units/provisioning/"
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if registry.refusal is not None:
                self.answer(registry.refusal[0], json.dumps(registry.refusal[1]).encode())
            else:
                self.answer(201, json.dumps(registry.register(body)).encode())

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = tls.server_context(
        tmp_path / "server.pem", tmp_path / "server.key", registry.authority.root_pem(), "required"
    )
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    registry.url = f"https://localhost:{server.server_address[1]}"  # type: ignore[attr-defined]
    yield registry
    server.shutdown()
    thread.join()
    server.server_close()


def register(registry: SmallRegistry, ca: Path | None = None) -> Card:
    folder = registry.folder / "unit"
    url: str = registry.url  # type: ignore[attr-defined]
    return enrol(Settings(state_folder=folder), url, registry.folder / "oem.p12", "", ca)


def test_a_unit_makes_its_keys_and_has_them_signed(registry: SmallRegistry) -> None:
    card = register(registry)
    folder = registry.folder / "unit" / FOLDER
    assert (card.provisioned, card.discovery_url) == (True, "https://cloud.example:9000")
    assert {p.name: p.stat().st_mode & 0o777 for p in folder.iterdir() if p.suffix in (".key", ".secret")} == {
        "online.key": 0o600,
        "offline.key": 0o600,
        "node.secret": 0o600,
    }
    online = certificates.load_key((folder / "online.key").read_bytes())
    offline = certificates.load_key((folder / "offline.key").read_bytes())
    assert isinstance(online, ec.EllipticCurvePrivateKey)
    assert isinstance(offline, rsa.RSAPrivateKey)
    assert (online.curve.name, offline.key_size) == ("secp384r1", 2048)
    [request] = registry.requests
    parsed = x509.load_pem_x509_csr(request["online_public_csr"].encode())
    assert parsed.subject.rfc4514_string() == f"CN={card.system_id}"
    assert len(parsed.extensions) == 0
    assert json.loads(request["secure_data"])["nodes"] == {"main": (folder / "node.secret").read_text()}
    [node] = request["nodes"]
    assert node["id"] == "main"
    assert node["totalRam"] > 0
    who = identity.load(registry.folder / "unit")
    assert who.system_id == card.system_id
    assert who.client_context().verify_mode == ssl.CERT_REQUIRED


def test_provisioning_again_changes_nothing_and_asks_nobody(registry: SmallRegistry) -> None:
    card = register(registry)
    assert register(registry) == card
    assert len(registry.requests) == 1


@pytest.mark.parametrize("last", ["unit.json", "online.key", "offline.key", "node.secret", "roots.pem", "online.pem"])
def test_a_unit_that_lost_power_while_it_was_provisioned_goes_on_with_the_same_name_and_keys(
    registry: SmallRegistry, last: str
) -> None:
    written: list[str] = []
    real = files.write_whole

    class Cut(BaseException):
        pass

    def cut(path: Path, content: bytes, mode: int = files.PRIVATE) -> None:
        real(path, content, mode)
        written.append(path.name)
        if path.name == last:
            raise Cut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "write_whole", cut)
        with pytest.raises(Cut):
            register(registry)
    folder = registry.folder / "unit"
    before = {p.name: p.read_bytes() for p in (folder / FOLDER).iterdir() if p.suffix == ".key"}
    born = read_card(folder)
    assert born is not None
    assert not born.provisioned
    with pytest.raises(Invalid, match="not provisioned"):
        identity.load(folder)
    card = register(registry)
    assert card.system_id == born.system_id
    assert before.items() <= {p.name: p.read_bytes() for p in (folder / FOLDER).iterdir()}.items()


def other_key(registry: SmallRegistry, answer: dict[str, Any]) -> dict[str, Any]:
    name = SystemId(answer["system_uid"])
    request = csr.unit_request(csr.new_key("p384"), name, "online")
    issued = registry.authority.issue_unit(request, UnitId("x"), name, "online", registry.clock.wall())
    return {**answer, "online_certificate": issued.chain_pem}


def other_name(registry: SmallRegistry, answer: dict[str, Any]) -> dict[str, Any]:
    request = csr.unit_request(csr.new_key("p384"), "somebody", "online")
    issued = registry.authority.issue_unit(
        request, UnitId("x"), SystemId("somebody"), "online", registry.clock.wall()
    )
    return {**answer, "online_certificate": issued.chain_pem}


def other_root(registry: SmallRegistry, answer: dict[str, Any]) -> dict[str, Any]:
    foreign = certificates.Authority.create(registry.folder / "foreign", "evil", registry.clock.wall())
    name = SystemId(answer["system_uid"])
    request = registry.requests[-1]["online_public_csr"]
    issued = foreign.issue_unit(request, UnitId("x"), name, "online", registry.clock.wall())
    return {**answer, "online_certificate": issued.chain_pem}


@pytest.mark.parametrize("spoil", [other_key, other_name, other_root])
def test_a_certificate_that_is_not_this_units_is_not_taken(
    registry: SmallRegistry, spoil: Callable[..., Any]
) -> None:
    """I9."""
    registry.spoil = lambda answer: spoil(registry, answer)
    with pytest.raises(Untrusted):
        register(registry)
    card = read_card(registry.folder / "unit")
    assert card is not None
    assert not card.provisioned
    registry.spoil = lambda answer: answer
    assert register(registry).provisioned


def test_without_a_url_in_its_certificate_the_cloud_is_at_port_9000_of_the_organization(
    registry: SmallRegistry,
) -> None:
    registry.discovery_url = ""
    assert register(registry).discovery_url == "https://localhost:9000"


@pytest.mark.parametrize(("status", "kind"), [(409, Conflict), (403, NotAllowed), (400, Invalid), (500, AosError)])
def test_what_the_cloud_refuses_is_said_in_its_words(
    registry: SmallRegistry, status: int, kind: type[AosError]
) -> None:
    registry.refusal = (status, {"message": "the limit of Units is reached", "cure": "ask for more"})
    with pytest.raises(kind, match="the limit of Units is reached"):
        register(registry)


def test_a_cloud_that_is_not_trusted_or_not_there_is_not_told_anything(
    registry: SmallRegistry, tmp_path: Path
) -> None:
    foreign = certificates.Authority.create(tmp_path / "other", "other", registry.clock.wall())
    (tmp_path / "other.pem").write_text(foreign.root_pem())
    with pytest.raises(Unavailable, match="certificate verify failed"):
        register(registry, tmp_path / "other.pem")
    assert registry.requests == []
    with pytest.raises(Invalid, match="can't read"):
        register(registry, tmp_path / "nowhere.pem")
