"""`aoscore`: the Unit's agent, and what a person on the Unit asks it."""

import argparse
import asyncio
import base64
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aosedge.core import settings as settings_
from aosedge.core.settings import Settings
from aosedge.model.errors import AosError, Invalid, Unavailable

if TYPE_CHECKING:
    from aosedge.core.local import StatusView

FAILED, CANCELLED = 1, 130
_KIND_CODES = {"not_found": 3, "not_allowed": 3, "unauthenticated": 3}


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point; exits with 0 ok, 1 failed, 2 usage, 3 not found or not allowed, 130 cancelled."""
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options, _settings(options))
    except AosError as error:
        _say_error(error, options.json)
        code = _KIND_CODES.get(error.kind, FAILED)
    except KeyboardInterrupt:
        code = CANCELLED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the reader is gone; nothing to say it to
        code = FAILED
    raise SystemExit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aoscore", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, help: str, run: Callable[[argparse.Namespace, Settings], int]) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        one.add_argument("--state", type=Path, help="the Unit's state folder (setting state_folder)")
        one.add_argument("--config", type=Path, help="a TOML file with settings")
        one.add_argument("--json", action="store_true", help="JSON for programs")
        one.set_defaults(run=run)
        return one

    one = command("run", "run the agent; instances go on when it ends", _run)
    one.add_argument("--stop-instances-on-exit", action="store_true", help="stop all instances when it ends")
    one.add_argument(
        "--until-provisioned", action="store_true", help="wait for a tool to provision the Unit, then end"
    )
    command("status", "how the Unit stands", _status)
    command("instances", "the instances and their states", _instances)
    one = command("provision", "register this Unit with a cloud", _provision)
    one.add_argument("--cloud", required=True, help="https://HOST:10000")
    one.add_argument("--user", required=True, type=Path, help="PKCS#12 file of a user who may provision")
    one.add_argument("--password-file", type=Path, help="file with the PKCS#12 file's password")
    one.add_argument("--ca", type=Path, help="PEM file of the cloud's root; else the root in the PKCS#12 file")
    one = command("exec", "run a command inside an instance", _exec)
    one.add_argument("instance", help="as `aoscore instances` names it, or item/subject/number")
    one.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND ...")
    one = command("logs", "the end of what an instance wrote", _logs)
    one.add_argument("instance", help="as `aoscore instances` names it, or item/subject/number")
    one.add_argument("--bytes", type=int, default=64 * 1024, help="at most so many")
    one = command("clear", "allow content that failed to be tried again", _clear)
    one.add_argument("content", nargs="?", default="", help="this one only: an item, or the beginning of a digest")
    one = command("hold", "hold updates of this Unit; what has begun to start is carried to its end", _hold)
    one.add_argument("--reason", required=True, help="why, for those who wait: carrying a load")
    one.add_argument("--for", dest="for_", help="for so long: PT2H; else until `aoscore release`")
    command("release", "let held updates go on", _release)
    one = command("signal", "say what preconditions ask about, or list what is known", _signal)
    one.add_argument("signals", nargs="*", metavar="NAME=VALUE", help="battery=80 ignition=off; NAME= forgets it")
    command("down", "stop the agent and all instances", _down)
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    folder = options.state or settings_.load(options.config, os.environ).state_folder
    own = folder / settings_.FILE
    found = settings_.load(options.config or (own if own.exists() else None), os.environ)
    return msgspec.structs.replace(found, state_folder=folder.absolute())


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core import journal, newborn

    journal.set_up(settings.log_level, as_json=options.json)
    if settings.main_node:
        from aosedge.core import secondary

        asyncio.run(secondary.serve(settings))
        return 0
    if newborn.leaves(settings):
        from aosedge.core.leaving import leave

        asyncio.run(leave(settings))
        _again()
    if newborn.waits(settings):
        if newborn.enrols(settings):
            from aosedge.core.enrolling import enrol

            provisioned = asyncio.run(enrol(settings))
        else:
            provisioned = asyncio.run(newborn.wait_for_tool(settings))
        if not provisioned or options.until_provisioned:
            return 0
        _again()
    if options.until_provisioned:
        return 0
    from aosedge.core.app import serve

    # not uvloop: 0.23 lets child processes inherit descriptors of its own, instances and their keepers among them
    asyncio.run(serve(settings, stop_instances=options.stop_instances_on_exit))
    if newborn.leaves(settings):
        _again()
    return 0


def _again() -> None:
    """The same process with the same words, anew: what it did until here takes no memory from what it is now."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _status(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.cli.standing import status_lines

    status = _standing(settings)
    if options.json:
        return _say_json(status)
    _say_lines(status_lines(status, _width()))
    return 0


def _instances(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.cli.standing import instance_lines

    status = _standing(settings)
    if options.json:
        return _say_json(status.instances)
    if not status.agent:
        _say("the agent does not run; instances that it left running go on")
    elif not status.instances:
        _say("no instances")
    else:
        _say_lines(instance_lines(status.instances, _width()))
    return 0


def _standing(settings: Settings) -> "StatusView":
    from aosedge.core.local import AskStatus, ask

    try:
        status = ask(settings.state_folder, AskStatus()).status
    except Unavailable:
        from aosedge.core.rest import written_down

        return written_down(settings.state_folder)
    if status is None:
        raise Unavailable("the agent does not say how it stands")
    return status


def _provision(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core.enrolment import enrol

    password = options.password_file.read_text().strip() if options.password_file else ""
    card = enrol(settings, options.cloud, options.user, password, options.ca)
    if options.json:
        return _say_json(card)
    _say(f"provisioned as {card.system_id}; its cloud is {card.discovery_url}")
    return 0


def _exec(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core.local import AskExecute, ask

    command = tuple(options.command[1:] if options.command[:1] == ["--"] else options.command)
    if not command:
        _parser().error("exec needs a command after --")
    answer = ask(settings.state_folder, AskExecute(options.instance, command))
    if options.json:
        output = base64.b64decode(answer.output).decode(errors="replace")
        _say_json({"exit_code": answer.exit_code, "output": output})
    else:
        _say_bytes(base64.b64decode(answer.output))
    return answer.exit_code


def _logs(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core.local import AskLogs, ask

    text = base64.b64decode(ask(settings.state_folder, AskLogs(options.instance, options.bytes)).output)
    if options.json:
        return _say_json({"instance": options.instance, "text": text.decode(errors="replace")})
    _say_bytes(text)
    return 0


def _clear(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core.local import AskClear, ask

    ask(settings.state_folder, AskClear(options.content))
    return _done(options, "content may be tried again")


def _hold(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core.local import AskHold, ask
    from aosedge.model.quantities import parse_duration

    for_s = parse_duration(options.for_, "--for").total_seconds() if options.for_ else None
    ask(settings.state_folder, AskHold(options.reason, for_s))
    return _done(options, "updates are held; let them go on with: aoscore release")


def _release(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core.local import AskRelease, ask

    ask(settings.state_folder, AskRelease())
    return _done(options, "updates go on")


def _signal(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.cli.standing import value_said
    from aosedge.core.local import AskSignals, ask
    from aosedge.model.preconditions import parse_signal

    pairs = [text.partition("=") for text in options.signals]
    for name, sign, _ in pairs:
        if not sign:
            raise Invalid("not a signal", element=name, expected="NAME=VALUE, or NAME= to forget it")
    if pairs:
        said = {name: parse_signal(value) if value else None for name, _, value in pairs}
        ask(settings.state_folder, AskSignals(said))
        return _done(options, f"noted: {' '.join(options.signals)}")
    signals = _standing(settings).signals
    if options.json:
        return _say_json(signals)
    _say_lines([f"{name}={value_said(value)}" for name, value in sorted(signals.items())] or ["no signals"])
    return 0


def _down(options: argparse.Namespace, settings: Settings) -> int:
    from aosedge.core.app import end

    return _done(options, asyncio.run(end(settings)))


def _done(options: argparse.Namespace, sentence: str) -> int:
    if options.json:
        return _say_json({"done": sentence})
    _say(sentence)
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _say_lines(lines: Sequence[str]) -> None:
    _say("\n".join(lines))


def _width() -> int:
    return shutil.get_terminal_size().columns


def _say_bytes(text: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def _say_json(view: object) -> int:
    _say(msgspec.json.format(msgspec.json.encode(view), indent=2).decode())
    return 0


def _say_error(error: AosError, as_json: bool) -> None:
    if as_json:
        fields = {name: getattr(error, name) for name in ("kind", "message", "element", "expected", "got", "cure")}
        sys.stderr.write(msgspec.json.encode({"error": fields}).decode() + "\n")
    else:
        sys.stderr.write(f"aoscore: {error}\n")


if __name__ == "__main__":
    main()
