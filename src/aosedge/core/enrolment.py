"""Provisioning as one call over the settings: the person's certificate opens the cloud's door, once."""

import secrets
from pathlib import Path

from aosedge.clock import RandomIds, SystemClock
from aosedge.core.identity import Card, read_card
from aosedge.core.identity.provisioning import Registrar, provision
from aosedge.core.resources.node import describe
from aosedge.core.settings import Settings
from aosedge.model.errors import Conflict, Invalid
from aosedge.trust import tls


def enrol(settings: Settings, cloud: str, user: Path, password: str, ca: Path | None) -> Card:
    """Provision the Unit of this state folder, or say that it is. Raises what cloud, disk or certificate said."""
    settings.state_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    card = read_card(settings.state_folder)
    if card is not None and card.leaving:
        raise Conflict("the Unit is deprovisioned and has yet to clear away what it had", cure="aoscore run")
    try:
        roots = ca.read_text() if ca else ""
        context = tls.client_context_from_p12(user, roots, password)
    except OSError as error:
        raise Invalid(f"can't read: {error.strerror}", element=str(error.filename)) from error
    node = describe(settings.node, settings.node_type, "", settings.state_folder, max_dmips=settings.max_dmips)
    return provision(
        settings.state_folder,
        Registrar(cloud, context),
        node,
        settings.model,
        SystemClock(),
        RandomIds(),
        lambda: secrets.token_urlsafe(24),
        settings.keys,
    )
