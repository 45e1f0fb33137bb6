"""A cloud process with people and content in it, and Units that are provisioned as aos-prov does it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.made_bundles import Signer, bundle, config, file
from tests.system.cloud_process import CloudProcess, registration
from tests.system.real_unit import RealUnit
from tests.system.real_unit_identity import Renewal

from aosedge.trust import certificates, csr, tls

Json = dict[str, Any]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Field:
    """What people do in the API, and Units in the field. `plain`: blobs over HTTP without TLS."""

    def __init__(self, folder: Path, plain: bool = True, **environment: str) -> None:
        self.cloud = CloudProcess(folder)
        self.cloud.environment.update(environment)
        if plain:
            port = free_port()
            self.cloud.environment["AOSCLOUD_BLOB_HTTP_PORT"] = str(port)
            self.cloud.environment["AOSCLOUD_BLOB_URL_BASE"] = f"http://localhost:{port}"
        self.cloud.init()
        for name in ("api", "unit", "channel"):  # the same ports when it is started again
            self.cloud.environment[f"AOSCLOUD_{name.upper()}_PORT"] = str(free_port())
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def roots(self) -> str:
        """The trusted roots, which real Units have from provisioning."""
        return (self.cloud.folder / "root.pem").read_text()

    def call(self, user: str, method: str, path: str, **request: Any) -> Json:
        """One call of the API that must succeed."""
        with self.cloud.person(user) as client:
            answer = client.request(method, path, **request)
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else {}  # type: ignore[no-any-return]

    def provision(self, system_id: str) -> None:
        """Register a Unit; its online key stays here."""
        key = csr.new_key("p384")
        request = csr.unit_request(key, system_id, "online").decode()
        answer = self.call(
            "oem", "POST", "/units/provisioning/", json=registration(system_id, online_public_csr=request)
        )
        chain = answer["online_certificate"]
        self._contexts[system_id] = tls.client_context(self.roots, chain, certificates.key_pem(key))

    def unit(self, system_id: str, **options: Any) -> RealUnit:
        """The Unit, not yet alive."""
        system_store = ssl.create_default_context(cadata=self.roots)
        url = f"{self.cloud.discovery_url}/sd/v7/"
        unit = RealUnit(system_id, url, self._contexts[system_id], system_store, **options)
        unit.renewal = Renewal(unit, self.roots, {"main": "secret"})
        return unit

    def upload(self, codename: str, version: str, content: bytes = b"#!/bin/sh\n", more: str = "") -> Json:
        """A bundle with one service by the Service Provider; the bundle's view once it is ready."""
        p12 = (self.cloud.folder / "users" / "sp.p12").read_bytes()
        key, leaf, roots = certificates.load_p12(p12)
        text = config(codename, version) + more.encode()
        made = bundle(Signer(key, leaf, tuple(roots)), text, [file(f"./{codename}/amd64/bin/serve", content)])
        upload: Json = {"file": ("batch.tar.gz", made, "application/gzip")}
        return self.call("sp", "POST", "/deployment-bundles/upload/", files=upload)

    def item(self, codename: str) -> str:
        """The id of an item."""
        [found] = [one for one in self.call("sp", "GET", "/items/")["items"] if one["codename"] == codename]
        return str(found["id"])

    def assign(self, title: str, item: str, *system_ids: str, instances: int = 1) -> str:
        """A subject that joins these Units and the item; its id."""
        subject = str(self.call("oem", "POST", "/subjects/", json={"title": title})["id"])
        for system_id in system_ids:
            self.call("oem", "PUT", f"/subjects/{subject}/units/{system_id}/")
        wanted = {"item_id": item, "num_instances": instances}
        self.call("oem", "POST", f"/subjects/{subject}/assignments/", json=wanted)
        return subject

    def view(self, system_id: str) -> Json:
        """What people see of a Unit."""
        return self.call("oem", "GET", f"/units/{system_id}/")

    async def until(self, system_id: str, timeout_s: float = 30.0, **wanted: str) -> Json:
        """What people see of a Unit once its fields are as wanted."""
        async with asyncio.timeout(timeout_s):
            while True:
                view = await asyncio.to_thread(self.view, system_id)
                if all(view[name] == value for name, value in wanted.items()):
                    return view
                await asyncio.sleep(0.1)

    @asynccontextmanager
    async def alive(self, *units: RealUnit) -> AsyncIterator[None]:
        """These Units live meanwhile."""
        async with asyncio.TaskGroup() as tasks:
            living = [tasks.create_task(unit.run()) for unit in units]
            try:
                yield
            finally:
                for life in living:
                    life.cancel()
