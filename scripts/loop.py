"""`make run` and `make stop`: the loop of AosEdge on this machine, with the commands that a person would use.

Everything lives under one folder (`VAR`, by default `var/`); running again continues from what is there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
VAR = Path(os.environ.get("VAR") or "var").resolve()
CLOUD, UNIT, RUN, LOGS = VAR / "cloud", VAR / "unit", VAR / "run", VAR / "log"
SUBJECT = "first-steps"
BUNDLE_VERSION = "1.0.0"
PORTS = {"AOSCLOUD_API_PORT": 10000, "AOSCLOUD_UNIT_PORT": 9000, "AOSCLOUD_CHANNEL_PORT": 9001}

out = Console(highlight=False, soft_wrap=True)


class Failed(Exception):
    """A step did not work; the message says which, why and what to do."""


def port(setting: str) -> int:
    """The port that a setting names, or its default."""
    return int(os.environ.get(setting, PORTS[setting]))


def api_url() -> str:
    """Where people reach AosCloud."""
    return f"https://localhost:{port('AOSCLOUD_API_PORT')}"


def environment() -> dict[str, str]:
    """What the commands below get to know; what the person has set goes first."""
    own = {
        "AOSCLOUD_DATA_FOLDER": str(CLOUD),
        "AOSCORE_STATE_FOLDER": str(UNIT),
        "AOS_URL": api_url(),
        "AOS_CA": str(CLOUD / "root.pem"),
    }
    return {**own, **os.environ}


def command(*words: str | Path, user: str = "oem", quiet: bool = False) -> str:
    """Run one of our commands to its end and give its output; raises Failed with what it said."""
    if not quiet:
        out.print(f"[dim]$ {' '.join(str(word) for word in words)}[/dim]")
    name, *rest = (str(word) for word in words)
    program = str(BIN / name)
    env = environment() | {"AOS_USER": str(CLOUD / "users" / f"{user}.p12")}
    done = subprocess.run([program, *rest], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(
            f"{name} {' '.join(rest)} failed with {done.returncode}:\n{(done.stderr or done.stdout).strip()}"
        )
    return done.stdout


def began(pid: int) -> str | None:
    """When the process began, in the kernel's ticks: with its pid, that names it. None if it has ended."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return None
    return None if state == "Z" else fields[18]


def alive(name: str) -> int | None:
    """The process that an earlier start left, if it is still that one."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        pid, ticks = (RUN / f"{name}.pid").read_text().split()
        if began(int(pid)) == ticks:
            return int(pid)
    return None


def start(program: str, *words: str) -> None:
    """Start one of our servers in the background, its output in a log file."""
    if alive(program):
        out.print(f"{program} is running already")
        return
    out.print(f"[dim]$ {program} {' '.join(words)} &[/dim]")
    launch(program, program, *words, env=environment())


def launch(name: str, program: str, *words: str, env: dict[str, str]) -> None:
    """Start a server of this name in the background, its output in a log file of that name."""
    RUN.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [str(BIN / program), *words],
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (RUN / f"{name}.pid").write_text(f"{process.pid} {began(process.pid)}")


def log_of(name: str) -> str:
    """What a server wrote, in all its runs."""
    return (LOGS / f"{name}.log").read_text(errors="replace")


def last_words(name: str) -> str:
    """The last lines that a server wrote."""
    return "\n".join(log_of(name).splitlines()[-15:])


def end(name: str) -> None:
    """Stop a server, gently first."""
    pid = alive(name)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    for _ in range(100):
        if alive(name) is None:
            break
        time.sleep(0.1)
    else:
        os.kill(pid, signal.SIGKILL)
    (RUN / f"{name}.pid").unlink(missing_ok=True)
    out.print(f"stopped {name}")


def free_ports() -> None:
    """Raises Failed for a port that somebody else has, naming the setting that moves it."""
    if alive("aoscloud"):
        return
    for setting in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port(setting)))
            except OSError as error:
                raise Failed(
                    f"port {port(setting)} is taken ({error.strerror}): move ours with {setting}=PORT make run"
                ) from error


def cloud_answers() -> bool:
    """Whether AosCloud completes a TLS handshake that its own root vouches for."""
    try:
        context = ssl.create_default_context(cafile=str(CLOUD / "root.pem"))
        raw = socket.create_connection(("localhost", port("AOSCLOUD_API_PORT")), timeout=2)
        with raw, context.wrap_socket(raw, server_hostname="localhost"):
            return True
    except (OSError, ssl.SSLError):
        return False


def wait_for_cloud() -> None:
    """Until AosCloud answers; raises Failed with its last words if it ended or takes a minute."""
    for _ in range(600):
        if cloud_answers():
            return
        if alive("aoscloud") is None:
            break
        time.sleep(0.1)
    raise Failed(f"AosCloud did not start; its last words:\n{last_words('aoscloud')}")


def offer() -> None:
    """Build, sign and upload the sample bundle, whatever of it is not done yet."""
    # beside the authority that vouches for its signer: gone with it, built anew with it
    bundle = CLOUD / "sample" / f"hello-{BUNDLE_VERSION}.tar.gz"
    if not bundle.exists():
        build = [sys.executable, str(ROOT / "examples/hello/build.py"), "--version", BUNDLE_VERSION]
        out.print("[dim]$ python examples/hello/build.py[/dim]")
        signer = str(CLOUD / "users" / "sp.p12")
        subprocess.run([*build, "--sign-with", signer, "--output", str(bundle)], check=True, cwd=ROOT)
    out.print(command("aos", "bundle", "upload", bundle, "--if-new", user="sp").rstrip())
    out.print(command("aos", "subject", "create", SUBJECT, "--if-new").rstrip())
    out.print(command("aos", "subject", "add-unit", SUBJECT, system_id()).rstrip())


def present() -> tuple[bool, str]:
    """Whether our Unit runs the sample already, and its target's generation as `aos unit watch --after` takes it."""
    view = json.loads(command("aos", "unit", "show", system_id(), "--json", quiet=True))
    generation = view["generation"] or {"epoch": 0, "number": 0}
    at = f"{generation['epoch']}.{generation['number']}"
    return any(item["codename"] == "hello-server" for item in view["items"]), at


def assign_and_watch() -> None:
    """Say what shall run, and show the Unit going there, from its first step on."""
    assigned, generation = present()
    env = environment() | {"AOS_USER": str(CLOUD / "users" / "oem.p12")}
    words = ["unit", "watch", system_id(), "--until", "in_sync", "--timeout", "120"]
    if not assigned:
        out.print(f"[dim]$ aos subject assign {SUBJECT} --bundle hello[/dim]")
        words += ["--after", generation]
    watch = subprocess.Popen([str(BIN / "aos"), *words], env=env, cwd=ROOT)
    if not assigned:
        time.sleep(1)  # the watch listens by then, and shows the first step too
        command("aos", "subject", "assign", SUBJECT, "--bundle", "hello", quiet=True)
    if watch.wait():
        raise Failed(f"the Unit did not get in sync; AosCore's last words:\n{last_words('aoscore')}")


def system_id() -> str:
    """What our Unit calls itself."""
    status: dict[str, object] = json.loads(command("aoscore", "status", "--json", quiet=True))
    return str(status["system_id"])


def runtime_of(name: str) -> str:
    """How instances will run on this AosCore, as soon as it has said so. Raises Failed if it is gone."""
    for _ in range(300):
        said = [line for line in log_of(name).splitlines() if " runtime kind=" in line]
        if alive(name) is None:
            break
        if said:
            return said[-1].partition(" why=")[2]
        time.sleep(0.1)
    raise Failed(f"{name} did not start; its last words:\n{last_words(name)}")


def proof() -> str:
    """An HTTP answer, asked for inside the client's container."""
    # without isolation names do not resolve, and the address of a peer is in the environment
    ask = '/bin/busybox timeout 5 /bin/busybox wget -q -O - "http://${AOS_PEER_HELLO_SERVER:-hello-server}:8080/"'
    return command("aoscore", "exec", "hello-client", "--", "/bin/busybox", "sh", "-c", ask, quiet=True).strip()


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """A headline, and how long it took."""
    start_s = time.monotonic()
    out.print(f"[bold]{title}[/bold]")
    yield
    out.print(f"[green]done[/green] [dim]in {time.monotonic() - start_s:.1f} s[/dim]")


def close_the_loop() -> None:
    """Bring up both sides and show the Unit go to its target."""
    with step("AosCloud: certificate authority, database, first users"):
        free_ports()
        out.print(command("aoscloud", "init").rstrip())
        start("aoscloud", "serve")
        wait_for_cloud()
    with step("One Unit: keys made on it, registered, AosCore started"):
        out.print(
            command("aoscore", "provision", "--cloud", api_url(), "--user", CLOUD / "users" / "oem.p12").rstrip()
        )
        start("aoscore", "run")
        out.print(runtime_of("aoscore"))
    with step("A Deployment Bundle: built, signed, uploaded"):
        offer()
    with step("Intent: the subject gets the bundle, and the Unit goes there"):
        assign_and_watch()
    out.print(f"[bold green]proof[/bold green] from inside the containers: {proof()}")


def stop() -> None:
    """Stop what runs: the agent, its instances, the cloud."""
    if (UNIT / "identity").exists():
        out.print(command("aoscore", "down", quiet=True).rstrip())
    end("aoscore")
    end("aoscloud")


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 if every step worked."""
    parser = argparse.ArgumentParser(prog="loop", description=__doc__)
    parser.add_argument("what", choices=("run", "stop"))
    parser.add_argument("--once", action="store_true", help="stop everything when the loop has closed")
    options = parser.parse_args(arguments)
    if options.what == "stop":
        stop()
        return 0
    code = 0
    try:
        close_the_loop()
    except (Failed, subprocess.CalledProcessError) as error:
        out.print(f"[bold red]failed[/bold red] {error}", markup=True)
        code = 1
    except KeyboardInterrupt:
        code = 130
    if options.once:
        stop()
    elif code == 0:
        out.print(f"console [bold]{api_url()}[/bold]; signs you in as oem, once, within ten minutes:")
        out.print(command("aoscloud", "sign-in-link", "oem", quiet=True).rstrip())
        out.print(f"API [bold]{api_url()}/api/v11[/bold], stop with [bold]make stop[/bold]")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
