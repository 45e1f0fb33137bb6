"""`make run CAMPAIGN=1`: twenty Units on this machine and two campaigns, one of which brings a bad release.

Real AosCore processes: two run their instances as containers where this machine can, the others without isolation.
The first campaign completes. The second reaches one Unit, halts, and goes back. Everything lives under `VAR`, as for
`make run`; running again continues from what is there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import loop
from loop import BIN, CLOUD, ROOT, VAR, Failed, command, out, step

UNITS = 20
ISOLATED = 2
"""Of them, those that run containers."""
FLEET, BUNDLES = VAR / "fleet", VAR / "bundles"
SUBJECT = "clocks"
RELEASES = {
    "1.0.0": "while :; do /bin/busybox date; /bin/busybox sleep 5; done",
    "2.0.0": "while :; do /bin/busybox date -u; /bin/busybox sleep 5; done",
    "3.0.0": "exit 1",
}
"""What `tick` does in each version: the last does not come up."""


def names() -> list[str]:
    """Of the processes, which are those of their folders too."""
    return [f"aoscore-{number:02d}" for number in range(1, UNITS + 1)]


def environment(name: str) -> dict[str, str]:
    """What the AosCore of this name gets to know."""
    number = int(name.rpartition("-")[2])
    isolated = number <= ISOLATED and os.geteuid() == 0
    # each has a bridge and addresses of its own, as each stands for a machine of its own
    network = {"AOSCORE_BRIDGE": f"aosc{number}", "AOSCORE_SUBNET": f"10.{190 + number}.0.0/16"}
    own = {
        "AOSCORE_STATE_FOLDER": str(FLEET / name),
        "AOSCORE_RUNTIME": "auto" if isolated else "native",
        "AOSCORE_HEALTHY_WITHIN_S": "10",
        **network,
    }
    return loop.environment() | own


def core(name: str, *words: str) -> str:
    """Run a command of one AosCore to its end."""
    program = [str(BIN / "aoscore"), *words]
    done = subprocess.run(program, env=environment(name), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{name}: aoscore {words[0]} failed:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def bring_up(name: str) -> None:
    """Keys made on it, registered, started; whatever of it is not done yet."""
    core(name, "provision", "--cloud", loop.api_url(), "--user", str(CLOUD / "users" / "oem.p12"))
    if not loop.alive(name):
        loop.launch(name, "aoscore", "run", env=environment(name))
    loop.runtime_of(name)


def offer(version: str) -> None:
    """Build, sign and upload one release, whatever of it is not done yet."""
    folder, packed = BUNDLES / f"tick-{version}", BUNDLES / f"tick-{version}.tar.gz"
    if not packed.exists():
        shutil.rmtree(folder, ignore_errors=True)
        BUNDLES.mkdir(parents=True, exist_ok=True)
        command("aos", "bundle", "init", folder, "--codename", "tick", "--version", version, quiet=True)
        (architecture,) = [each for each in (folder / "tick").iterdir() if each.is_dir()] or [_architecture(folder)]
        binaries = architecture / "bin"
        binaries.mkdir(parents=True, exist_ok=True)
        shutil.copy2("/bin/busybox", binaries / "busybox")
        script = binaries / "tick"
        script.write_text(f"#!/bin/busybox sh\n{RELEASES[version]}\n")
        script.chmod(0o755)
        command("aos", "bundle", "sign", folder, "--output", packed, user="sp", quiet=True)
    out.print(command("aos", "bundle", "upload", packed, "--if-new", user="sp").rstrip())


def _architecture(folder: Path) -> Path:
    return folder / "tick" / {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)


def units() -> list[str]:
    """What our Units call themselves."""
    return [str(json.loads(core(name, "status", "--json"))["system_id"]) for name in names()]


def known() -> set[str]:
    """Titles of the campaigns that there are."""
    return {each["title"] for each in json.loads(command("aos", "campaign", "list", "--json", quiet=True))}


def look(*words: str) -> None:
    """Run `aos` as the OEM on the user's own terminal, for which it lays out tables; it may end as it likes."""
    out.print(f"[dim]$ aos {' '.join(words)}[/dim]")
    oem = loop.environment() | {"AOS_USER": str(CLOUD / "users" / "oem.p12")}
    subprocess.run([str(BIN / "aos"), *words], env=oem, cwd=ROOT, check=False)


def campaign(title: str, version: str) -> str:
    """Make it, plan it, start it, follow it to its end; the state that it ended in."""
    if title not in known():
        words = ("--bundle", f"tick-{version}", "--fleet", "default", "--strategy", "canary", "--soak", "PT5S")
        command("aos", "campaign", "create", title, *words)
        look("campaign", "plan", title)
        command("aos", "campaign", "start", title)
    look("campaign", "watch", title, "--timeout", "300")
    look("campaign", "show", title)
    return str(json.loads(command("aos", "campaign", "show", title, "--json", quiet=True))["state"])


def run() -> None:
    """Twenty Units, a good campaign, a bad one, and why."""
    with step("AosCloud: certificate authority, database, first users"):
        loop.free_ports()
        out.print(command("aoscloud", "init").rstrip())
        loop.start("aoscloud", "serve")
        loop.wait_for_cloud()
    with step(f"{UNITS} Units: keys made on them, registered, started; {ISOLATED} with containers"):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(bring_up, names()))
        mine = units()
    with step("Three releases of tick, of which the last does not come up"):
        for version in RELEASES:
            offer(version)
    with step("Intent: every Unit runs tick 1.0.0"):
        command("aos", "subject", "create", SUBJECT, "--if-new")
        for unit in mine:
            command("aos", "subject", "add-unit", SUBJECT, unit, quiet=True)
        if "spring" not in known():
            command("aos", "subject", "assign", SUBJECT, "--bundle", "tick-1.0.0")
        for unit in mine:
            command("aos", "unit", "wait", unit, "--timeout", "180", quiet=True)
    with step("A good release, in two waves"):
        state = campaign("spring", "2.0.0")
        if state != "completed":
            raise Failed(f"the campaign spring is {state}, not completed")
    with step("A bad one: it halts by itself, and whoever had it goes back"):
        state = campaign("summer", "3.0.0")
        if state != "rolled_back":
            raise Failed(f"the campaign summer is {state}, not rolled back")
        for unit in mine:
            command("aos", "unit", "wait", unit, "--timeout", "180", quiet=True)
        members = json.loads(command("aos", "campaign", "members", "summer", "--wave", "1", "--json", quiet=True))
        touched = [member for member in members if member["offered_at"]]
    with step("Why, from the Unit that had it"):
        look("explain", "unit", touched[0]["system_uid"])
    out.print(f"[bold green]proof[/bold green] {len(touched)} of {UNITS} Units ever had the bad release")


def stop() -> None:
    """Stop the Units, their instances with them; the cloud is `make stop`'s."""
    there = [name for name in names() if (FLEET / name / "identity").exists()]
    for name in there:
        core(name, "down")
    for name in names():
        loop.end(name)


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 if every step worked."""
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__)
    parser.add_argument("what", choices=("run", "stop"))
    parser.add_argument("--once", action="store_true", help="stop everything at the end")
    options = parser.parse_args(arguments)
    if options.what == "stop":
        stop()
        return 0
    code, begun = 0, time.monotonic()
    try:
        run()
    except (Failed, subprocess.CalledProcessError) as error:
        out.print(f"[bold red]failed[/bold red] {error}", markup=True)
        code = 1
    except KeyboardInterrupt:
        code = 130
    out.print(f"after {time.monotonic() - begun:.0f} s; stop with [bold]make stop[/bold]")
    if options.once:
        stop()
        loop.stop()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
