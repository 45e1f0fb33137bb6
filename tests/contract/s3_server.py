"""A real S3 server for the tests: SeaweedFS, one process on free ports of the loopback, its data in one folder."""

import json
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import obstore
from obstore.store import S3Store

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test-secret", "AWS_REGION": "us-east-1"}
STARTS_WITHIN_S = 60.0


class S3Server:
    """Running from construction to `stop`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        ports = _free_ports(4)
        identity = {
            "name": "test",
            "credentials": [{"accessKey": KEYS["AWS_ACCESS_KEY_ID"], "secretKey": KEYS["AWS_SECRET_ACCESS_KEY"]}],
            "actions": ["Admin"],
        }
        (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
        names = ("-s3.port", "-master.port", "-volume.port", "-filer.port")
        weed = shutil.which("weed", path=str(Path(sys.executable).parent))
        assert weed is not None
        local = [
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-dir={folder}",
            "-volume.max=20",
            "-master.volumeSizeLimitMB=64",
        ]
        served = [f"{name}={port}" for name, port in zip(names, ports, strict=True)]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [weed, "server", *local, "-s3", f"-s3.config={folder / 'identities.json'}", *served],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        self.environment = {
            **KEYS,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports[0]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
        }

    def make_bucket(self, name: str) -> None:
        """A bucket, as soon as the server takes one; raises with its log if it does not."""
        end = time.monotonic() + STARTS_WITHIN_S
        config = {key.lower(): value for key, value in self.environment.items() if key != "AWS_ALLOW_HTTP"}
        store = S3Store(name, config=config, client_options={"allow_http": True}, retry_config={"max_retries": 0})
        last: Exception | None = None
        while time.monotonic() < end and self._process.poll() is None:
            try:
                obstore.put(store, "ready", b"")
                obstore.delete(store, "ready")
                return
            except Exception as error:  # noqa: BLE001 - not up yet, in whichever way
                last = error
                time.sleep(0.2)
        raise AssertionError(f"no S3 server: {last}\n{(self._folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_ports(count: int) -> list[int]:
    """Free ports whose gRPC neighbours, 10,000 above, exist too."""
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            if port < 55_000:
                found.append(port)
        return found
