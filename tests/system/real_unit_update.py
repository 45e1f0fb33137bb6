"""What a real Unit does with a target: blobs one at a time in its order, items, instances, and their status."""

import asyncio
import gzip
import hashlib
import json
import ssl
from typing import TYPE_CHECKING

from tests.system.real_unit_http import download
from tests.system.real_unit_shapes import (
    LAYERS_MOST,
    MANIFESTS_MOST,
    NODE,
    RUNTIME,
    Json,
    error_info,
    node_status,
    sha3_224,
    sha3_256,
)

if TYPE_CHECKING:
    from tests.system.real_unit import RealUnit


class Failed(Exception):
    """An item cannot be installed."""


class Update:
    """The Unit's actual state and the one update that changes it."""

    def __init__(self, unit: "RealUnit", architecture: str, blob_tls: ssl.SSLContext | None) -> None:
        self._unit = unit
        self._architecture = architecture
        self._blob_tls = blob_tls
        self._started = False
        self._node_is_up = False
        self._node_came = asyncio.Event()
        self._targets: asyncio.Queue[Json] = asyncio.Queue()
        self.items: dict[str, Json] = {}  # by item id, as reported
        self.instances: dict[tuple[str, str], Json] = {}  # by item id and subject id, as reported
        self.subjects: list[str] = []
        self.blobs: dict[str, bytes] = {}  # what was downloaded and agreed with its SHA3-256
        self.asked: list[str] = []  # digests in the order of asking
        self.cut_downloads_after: int | None = None
        self.spoil_downloads = False
        self.disk_quotas = True
        self.rounds = 0  # updates that came to an end

    # What the connection tells.

    def connected(self) -> None:
        """Full status on connect; right after a start the main node is not up yet, a delta brings it."""
        self.report_all()
        if not self._started:
            self._started = True
            self._unit._tasks.create_task(self._bring_node_up())

    def wanted(self, data: Json) -> None:
        """A target came; the same again is work again."""
        self._targets.put_nowait(data)

    def state_given(self, data: Json) -> None:
        """`updateState`: its checksum is SHA3-224 or it is refused."""
        right = data.get("statechecksum") == sha3_224(data.get("state", "").encode())
        self._unit._count("state taken" if right else "invalid checksum")

    def state_judged(self, data: Json) -> None:
        """`stateAcceptance`: a rejected state is asked for."""
        self._unit._count(f"state {data.get('result')}")
        if data.get("result") == "rejected":
            self._unit.say(
                "stateRequest",
                {"item": data["item"], "subject": data["subject"], "instance": data["instance"], "default": False},
            )

    # Status.

    def report_all(self) -> None:
        """A full status: every section, empty ones too."""
        self._unit.say(
            "unitStatus",
            {
                "isDeltaInfo": False,
                "unitConfig": [{"state": "absent"}],
                "nodes": [node_status(self._architecture, self._node_is_up)],
                "items": list(self.items.values()),
                "instances": list(self.instances.values()),
                "subjects": [{"codename": subject} for subject in self.subjects],
            },
        )

    def _delta(self, **sections: list[Json]) -> None:
        self._unit.say("unitStatus", {"isDeltaInfo": True, **sections})

    async def _bring_node_up(self) -> None:
        await asyncio.sleep(2 * self._unit.pace)
        self._node_is_up = True
        self._node_came.set()
        self._delta(nodes=[node_status(self._architecture, True)])

    def _item(self, wanted: Json, state: str, error: str = "") -> None:
        entry = {
            "item": {"id": wanted["item"]["id"], "type": wanted["item"]["type"]},
            "version": wanted["version"],
            "state": state,
        }
        if error:
            entry["errorInfo"] = error_info(error)
        self.items[wanted["item"]["id"]] = entry
        self._delta(items=[entry])

    # The update.

    async def run(self) -> None:
        """Take targets one after another, for ever."""
        while True:
            target = await self._targets.get()
            while not self._targets.empty():
                target = self._targets.get_nowait()  # a newer target cancels
            await self._apply(target)
            self.rounds += 1
            self.report_all()
            self._unit.told()

    async def _apply(self, target: Json) -> None:
        self.subjects = [entry["identity"]["id"] for entry in target.get("subjects") or []]
        configs: dict[str, Json] = {}
        for wanted in target.get("items") or []:
            try:
                self._item(wanted, "downloading")
                configs[wanted["item"]["id"]] = await self._fetch_item(wanted["indexdigest"])
                for state in ("pending", "installing", "installed"):
                    self._item(wanted, state)
            except Failed as failure:
                self._item(wanted, "failed", str(failure))
        kept = {wanted["item"]["id"] for wanted in target.get("items") or []}
        self.items = {name: entry for name, entry in self.items.items() if name in kept}
        await self._start(target, configs)

    async def _start(self, target: Json, configs: dict[str, Json]) -> None:
        """Start what is wanted; as long as there is no node, instances are reported as not scheduled."""
        versions = {wanted["item"]["id"]: wanted for wanted in target.get("items") or []}
        self.instances = {}
        starting = [
            wanted
            for wanted in target.get("instances") or []
            if wanted["item"]["id"] in versions and self.items[wanted["item"]["id"]]["state"] == "installed"
        ]
        if not self._node_is_up:
            for wanted in starting:
                self._report_instances(wanted, versions[wanted["item"]["id"]], "inactive")
            await self._node_came.wait()
        for wanted in starting:
            item = wanted["item"]["id"]
            for state in ("activating", self._end_state(configs[item])):
                self._report_instances(wanted, versions[item], state)
            if (configs[item].get("quotas") or {}).get("stateLimit"):
                for number in range(wanted.get("numinstances") or 0):
                    named = {"item": {"id": item}, "subject": wanted["subject"], "instance": number}
                    self._unit.say("stateRequest", {**named, "default": False})

    def _report_instances(self, wanted: Json, version: Json, state: str) -> None:
        item, subject = wanted["item"]["id"], wanted["subject"]["id"]
        entry = {
            "item": {"id": item, "type": version["item"]["type"]},
            "subject": {"id": subject},
            "version": version["version"],
            "instances": [self._instance(number, state) for number in range(wanted.get("numinstances") or 0)],
        }
        self.instances[item, subject] = entry
        self._delta(instances=[entry])

    def _end_state(self, config: Json) -> str:
        quotas = config.get("quotas") or {}
        limited = quotas.get("stateLimit") or quotas.get("storageLimit")
        return "failed" if limited and not self.disk_quotas else "active"

    def _instance(self, number: int, state: str) -> Json:
        scheduled = self._node_is_up
        return {
            "node": {"codename": NODE if scheduled else ""},
            "runtime": {"codename": RUNTIME if scheduled else ""},
            "instance": number,
            "state": state,
        }

    # Blobs.

    async def _fetch_item(self, index_digest: str) -> Json:
        """Index, manifest, image config, item config, layers; of all platforms. The item's configuration."""
        index = json.loads(await self._fetch(index_digest))
        if len(index["manifests"]) > MANIFESTS_MOST:
            raise Failed("too many manifests")
        config: Json = {}
        for entry in index["manifests"]:
            manifest = json.loads(await self._fetch(entry["digest"]))
            image = json.loads(await self._fetch(manifest["config"]["digest"]))
            item = json.loads(await self._fetch(manifest["aosItemConfig"]["digest"]))
            if len(manifest["layers"]) > LAYERS_MOST:
                raise Failed("too many layers")
            layers = [await self._fetch(layer["digest"]) for layer in manifest["layers"]]
            if image.get("architecture") == self._architecture and image.get("os") == "linux":
                self._check(item, manifest, image, layers)
                config = item
        if not config:
            raise Failed("no image for this node")
        return config

    def _check(self, item: Json, manifest: Json, image: Json, layers: list[bytes]) -> None:
        runtimes = {runtime["codename"] for runtime in item.get("runtimes") or [{"codename": "crun"}]}
        if not runtimes & {"crun", "runc"}:
            raise Failed("no runtime for this item")
        if not isinstance(item.get("allowedConnections") or {}, dict):
            raise Failed("allowedConnections is not an object")
        for descriptor, layer, diff_id in zip(manifest["layers"], layers, image["rootfs"]["diff_ids"], strict=True):
            plain = gzip.decompress(layer) if descriptor["mediaType"].endswith("gzip") else layer
            if "sha256:" + hashlib.sha256(plain).hexdigest() != diff_id:
                raise Failed("a layer is not what the image config says")

    async def _fetch(self, digest: str) -> bytes:
        """One blob; while its SHA3-256 differs it is asked for again at once, for ever."""
        while digest not in self.blobs:
            self.asked.append(digest)
            answer = await self._unit.ask("requestBlobUrls", {"digests": [digest]})
            [entry] = [item for item in answer.get("items") or [] if item["digest"] == digest] or [None]
            if entry is None:
                raise Failed(f"no URL for {digest}")
            content = await self._download(entry["urls"][0])
            if self.spoil_downloads:
                content += b"x"
            if sha3_256(content) == entry["sha256"] and len(content) == entry["size"]:
                self.blobs[digest] = content
            else:
                self._unit._count("blob differs")
        return self.blobs[digest]

    async def _download(self, url: str) -> bytes:
        part, whole, stop_after = b"", False, self.cut_downloads_after
        for _ in range(50):
            part, whole = await asyncio.to_thread(download, url, self._blob_tls, part, stop_after)
            if whole:
                break
            self._unit._count("download resumed")
            stop_after = stop_after and stop_after + (self.cut_downloads_after or 0)
        return part
