"""`aos join`: from a one-time token to a login. The key is made here and stays here."""

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from aosedge.cli.client import Client
from aosedge.cli.commands import Json
from aosedge.cli.contexts import Options, keep_pair, logins_kept, roots_of
from aosedge.cli.output import Output
from aosedge.model.errors import Conflict, Invalid


def join(
    context: typer.Context,
    token: Annotated[str, typer.Argument(envvar="AOS_INVITATION", help="the one-time token; - reads it from a line")],
    name: Annotated[str, typer.Option(help="what to call the login; by default the user's name")] = "",
    output: Annotated[Path | None, typer.Option(metavar="P12", help="a PKCS#12 file too, for other tools")] = None,
    json: Json = False,
) -> None:
    """Take up an invitation: make a key, get its certificate, keep both as the current login."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from aosedge.trust import certificates, csr, files, tls

    options = context.obj
    assert isinstance(options, Options)
    if not options.url:
        raise Invalid("no address", element="--url", expected="https://host:10000", cure="whoever invited you has it")
    roots = roots_of(options, "whoever invited you has the cloud's root.pem")
    _check_free(name, output)
    key = csr.new_key()
    client = Client(options.url, tls.client_context(roots), scheme="Token", token=_line(token))
    chain = str(client.post("user-certificates/", {"csr": csr.user_request(key).decode()})["certificate"])
    leaf, *others = certificates.parse_pems(chain)
    username = certificates.peer_of(leaf.public_bytes(Encoding.DER)).name
    pem = certificates.key_pem(key)
    kept = keep_pair(name or _free_name(username, options.url), options.url, roots, chain, pem)
    if output is not None:
        issued = certificates.describe(leaf, "".join(certificates.describe(other).pem for other in others))
        files.write_whole(output, certificates.to_p12(key, issued, username))
    me = Client(options.url, tls.client_context(roots, chain, pem)).get("users/me/")
    view = {"name": kept.name, "url": kept.url, "username": username, "role": me["role"]}
    also = f", and in {output}" if output is not None else ""
    sentence = f"{username} ({me['role']}) at {kept.url} is the login {kept.name}{also}"
    Output(as_json=json).done(view, sentence)


def _line(token: str) -> str:
    return sys.stdin.readline().strip() if token == "-" else token


def _check_free(name: str, output: Path | None) -> None:
    if name and any(login.name == name for login in logins_kept()):
        raise Conflict("a login has this name", element="--name", got=name, cure="another name; see: aos logins")
    if output is not None and output.exists():
        raise Conflict("the file is there already", element="--output", got=str(output), cure="another name")


def _free_name(username: str, url: str) -> str:
    """The user's name, unless a login has it: then with the host."""
    taken = {login.name for login in logins_kept()}
    names = (username, f"{username}@{urlsplit(url).hostname}", *(f"{username}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
