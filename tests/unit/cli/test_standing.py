"""What `aoscore status` and `aoscore instances` say to a person."""

from msgspec.structs import replace

from aosedge.cli.standing import instance_lines, instance_names, status_lines
from aosedge.core.local import InstanceView, QuarantineView, StatusView
from aosedge.protocol.messages.from_unit import ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity

ITEM, SUBJECT = "0dd9d0a8-72cb-4a2c-8a0e-3ac04e5c4f8e", "5d0bd0fb-a50a-4a28-b33d-5e8b6a43fd70"
SERVER = InstanceView(f"{ITEM}/{SUBJECT}/0", "hello-server", "1.0.0", "crun", "active")
SICK = "unhealthy: http 10.181.0.3:8080/: 503 Service Unavailable"
STATUS = StatusView(
    system_id="785eaac7-76eb-44fb-b2db-c55ca740b639",
    agent=True,
    connected=True,
    node="main",
    runtime="crun",
    update=UpdateStatus("idle", Generation(1_764_000_000, 3)),
    items=(ItemStatus(Identity(id=ITEM, type="service"), "1.0.0", "installed"),),
    instances=(SERVER,),
    names={ITEM: "hello-server"},
    quarantine=(),
    free_bytes=12_345_678_901,
    waiting_reports=0,
    dropped_reports=0,
)


def text(status: StatusView, width: int = 80) -> str:
    said = "\n".join(status_lines(status, width))
    assert not [line for line in said.splitlines() if len(line) > width]
    return said


def test_a_unit_that_is_well_is_shown_by_names_that_people_know() -> None:
    assert text(STATUS).splitlines() == [
        "unit        785eaac7-76eb-44fb-b2db-c55ca740b639",
        "agent       running, connected",
        "node        main, crun",
        "update      idle, generation 3 (epoch 1764000000)",
        "disk        12.3 GB left",
        "",
        "ITEM          VERSION  STATE",
        "hello-server  1.0.0    installed",
        "",
        "INSTANCE      VERSION  RUNTIME  STATE",
        "hello-server  1.0.0    crun     active",
    ]


def test_trouble_is_told_with_what_to_do_about_it() -> None:
    digest = "sha256:" + "ab" * 32
    trouble = replace(
        STATUS,
        connected=False,
        update=UpdateStatus("idle", None, error_info=ErrorInfo(message="in quarantine: " + "long words " * 12)),
        instances=(replace(SERVER, state="activating", message=SICK),),
        quarantine=(QuarantineView(digest, "hello-server", "2.0.0", f"not healthy by its deadline; {SICK}", "x"),),
        waiting_reports=4,
        dropped_reports=1,
    )
    said = text(trouble)
    assert "running, not connected" in said and "no target yet" in said
    assert "4 waiting for the cloud, 1 dropped" in said
    assert "unhealthy: http 10.181.0.3:8080/: 503" in said.split("quarantine ")[0]
    assert "hello-server 2.0.0 (sha256:abababababab) failed" in said
    assert said.endswith("to try it again: aoscore clear hello-server")


def test_what_is_no_item_is_cleared_by_its_digest() -> None:
    digest = "sha256:" + "cd" * 32
    status = replace(STATUS, items=(), instances=(), quarantine=(QuarantineView(digest, "", "", "crash loop", "x"),))
    assert text(status).endswith("aoscore clear sha256:cdcdcdcdcdcd")


def test_an_agent_that_does_not_run_leaves_what_it_wrote_down() -> None:
    assert "not running; instances that it left running go on" in text(replace(STATUS, agent=False, runtime=""))


def test_instances_of_one_host_name_are_told_apart_by_number_then_by_everything() -> None:
    second = replace(SERVER, instance=f"{ITEM}/{SUBJECT}/1")
    other = replace(SERVER, instance=f"{ITEM}/other/1")
    nameless = replace(SERVER, instance="x/y/0", name="")
    assert instance_names((SERVER, second)) == {
        SERVER.instance: "hello-server/0",
        second.instance: "hello-server/1",
    }
    assert instance_names((second, other, nameless)) == {
        second.instance: second.instance,
        other.instance: other.instance,
        "x/y/0": "x/y/0",
    }


def test_a_narrow_terminal_does_without_the_runtime() -> None:
    lines = instance_lines((replace(SERVER, message=SICK),), 60)
    assert "RUNTIME" not in lines[0] and all(len(line) <= 60 for line in lines)
