"""The REST application: every handler, the one way to the dispatcher, OpenAPI, and errors as one table."""

from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Router
from litestar.di import Provide
from litestar.enums import OpenAPIMediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme, Tag
from litestar.types import ControllerRouterHandler

from aosedge.cloud.api import (
    api_tokens,
    assignments,
    audit,
    bundles,
    campaign_comparisons,
    campaign_plans,
    campaign_rehearsals,
    campaigns,
    deployments,
    doorstep,
    dossiers,
    enrolment,
    events,
    evidence,
    explanations,
    fleets,
    grants,
    health,
    invitations,
    item_alerts,
    items,
    openid,
    organization_limits,
    organizations,
    passkeys,
    platform,
    provisioning,
    root_certificate,
    rxswins,
    service_states,
    sessions,
    signing_in,
    subjects,
    target_systems,
    unit_alerts,
    unit_certificates,
    unit_changes,
    unit_nodes,
    unit_sets,
    unit_variables,
    units,
    user_certificates,
    users,
    verification,
)
from aosedge.cloud.api.asking import Around, provide, window
from aosedge.cloud.api.cookies import SESSION
from aosedge.cloud.api.documented import completed
from aosedge.cloud.api.errors import EXCEPTION_HANDLERS
from aosedge.cloud.api.signing_in import SignIns
from aosedge.cloud.usecases.admission import Admission
from aosedge.cloud.usecases.bundles import Intake
from aosedge.cloud.usecases.configurations import Configurations
from aosedge.cloud.usecases.doorkeeper import Doorkeeper
from aosedge.cloud.usecases.dossiers import Dossiers
from aosedge.cloud.usecases.evidence import EvidenceFiles
from aosedge.cloud.usecases.openid import OpenId
from aosedge.cloud.usecases.passkeys import Passkeys
from aosedge.cloud.usecases.platform import Platform
from aosedge.cloud.usecases.provisioning import Provisioning

PATH: Final = "/api/v11"
BODY_BYTES_MOST: Final = 2_000_000
"""Of any request but an upload."""
_TAGS: Final = (
    ("installation", "The installation itself"),
    ("people", "Who you are, and the users that you manage"),
    ("signing in", "Sessions of people in a browser, and passkeys"),
    ("organizations", "OEMs and Service Providers"),
    ("fleets", "Groups of Units"),
    ("units", "Units: target and actual state"),
    ("sets", "Unit Sets, and kinds of hardware"),
    ("subjects", "What joins Units and items"),
    ("campaigns", "Bundles on their way to many Units, in waves"),
    ("verification", "Bundles shown to work and approved, before campaigns bring them to everyone"),
    ("items", "Deployable items and their versions"),
    ("bundles", "Deployment Bundles"),
    ("events", "What happens, as it happens"),
    ("audit", "Who did what"),
)


class Parts(msgspec.Struct, frozen=True):
    """What the handlers need."""

    around: Around
    provisioning: Provisioning
    doorkeeper: Doorkeeper
    intake: Intake
    configurations: Configurations
    evidence_files: EvidenceFiles
    admission: Admission
    sign_ins: SignIns
    passkeys: Passkeys
    openid: OpenId
    platform: Platform
    dossiers: Dossiers
    root_pem: str
    upload_bytes_most: int


def handlers(root_pem: str, upload_bytes_most: int) -> Router:
    """Every handler under the API's path."""
    return Router(
        PATH,
        route_handlers=[
            health.read,
            platform.read,
            root_certificate.handler(root_pem),
            *_people(),
            *_signing_in(),
            fleets.list_,
            fleets.create,
            fleets.read,
            fleets.update,
            fleets.delete,
            *_units(),
            *_subjects(),
            items.list_,
            items.read,
            items.remove,
            items.list_versions,
            items.read_configuration,
            deployments.list_,
            deployments.read_counts,
            item_alerts.list_,
            deployments.read_unit_counts,
            deployments.list_units,
            bundles.list_,
            bundles.read,
            bundles.handler(upload_bytes_most),
            *campaigns.HANDLERS,
            *campaign_plans.HANDLERS,
            dossiers.read,
            *campaign_comparisons.HANDLERS,
            *campaign_rehearsals.HANDLERS,
            *verification.HANDLERS,
            *evidence.HANDLERS,
            audit.list_,
            audit.verify,
            events.read,
        ],
    )


def _subjects() -> list[ControllerRouterHandler]:
    """Subjects, what is assigned to them, and the state that follows them."""
    return [
        subjects.list_,
        subjects.create,
        subjects.read,
        subjects.update,
        subjects.remove,
        subjects.list_units,
        subjects.add_unit,
        subjects.remove_unit,
        service_states.list_,
        service_states.read,
        service_states.reset,
        assignments.list_,
        assignments.create,
        assignments.remove,
    ]


def _people() -> list[ControllerRouterHandler]:
    """Users, what lets them in, and their organizations."""
    return [
        users.read_me,
        users.list_,
        users.create,
        users.read,
        users.update,
        users.suspend,
        users.activate,
        users.remove,
        invitations.list_,
        invitations.create,
        invitations.remove,
        invitations.redeem,
        user_certificates.list_,
        user_certificates.revoke,
        api_tokens.list_,
        api_tokens.create,
        api_tokens.revoke,
        organizations.list_,
        organizations.create,
        organizations.read,
        organizations.update,
        organizations.suspend,
        organizations.activate,
        organizations.remove,
        grants.list_,
        grants.read,
        grants.update,
        grants.create,
        grants.remove,
    ]


def _signing_in() -> list[ControllerRouterHandler]:
    """Ways to a session, and what becomes of sessions."""
    return [
        signing_in.ways,
        signing_in.by_certificate,
        signing_in.by_link,
        sessions.sign_out,
        sessions.list_own,
        sessions.revoke_all_own,
        sessions.revoke_own,
        sessions.list_,
        sessions.revoke,
        openid.leave,
        openid.come_back,
        openid.choices,
        openid.choose,
        passkeys.begin,
        passkeys.sign_in,
        passkeys.begin_invited,
        passkeys.accept,
        passkeys.list_own,
        passkeys.begin_own,
        passkeys.create_own,
        passkeys.rename_own,
        passkeys.remove_own,
        passkeys.list_,
        passkeys.remove,
    ]


def _units() -> list[ControllerRouterHandler]:
    """Units, their sets and kinds, and how many there may be."""
    return [
        units.list_,
        units.read_counts,
        units.read,
        units.remove,
        units.read_target,
        explanations.read,
        *_on_units(),
        unit_changes.update_labels,
        unit_changes.move,
        unit_changes.update_target_system,
        unit_changes.clear_clone,
        unit_changes.deprovision,
        unit_sets.list_,
        unit_sets.create,
        unit_sets.read,
        unit_sets.update,
        unit_sets.remove,
        unit_sets.list_units,
        unit_sets.add_unit,
        unit_sets.remove_unit,
        target_systems.list_,
        target_systems.create,
        target_systems.read,
        target_systems.update,
        target_systems.remove,
        rxswins.list_,
        rxswins.create,
        rxswins.check,
        rxswins.read,
        organization_limits.read,
        organization_limits.update,
        organization_limits.read_budget,
        organization_limits.update_budget,
        *_newcomers(),
    ]


def _on_units() -> list[ControllerRouterHandler]:
    """What a Unit has been given beside its target."""
    return [
        unit_alerts.list_,
        unit_certificates.list_certificates,
        unit_certificates.list_expiring,
        unit_certificates.renew,
        unit_certificates.revoke,
        unit_certificates.revoke_all,
        unit_nodes.pause,
        unit_nodes.resume,
        unit_variables.list_,
        unit_variables.set_,
        unit_variables.clear,
    ]


def _newcomers() -> list[ControllerRouterHandler]:
    """How Units come in."""
    return [
        provisioning.read_supported_software,
        provisioning.provision,
        enrolment.list_keys,
        enrolment.create_key,
        enrolment.revoke_key,
        enrolment.list_waiting,
        enrolment.approve,
        enrolment.reject,
        doorstep.challenge,
        doorstep.enrol,
        doorstep.come_back,
        doorstep.collect,
    ]


def application(parts: Parts) -> Litestar:
    """The application on these parts."""

    def given(value: Any) -> Provide:
        return Provide(lambda: value, sync_to_thread=False)

    return _built(
        handlers(parts.root_pem, parts.upload_bytes_most),
        {
            "ask": provide(parts.around),
            "authority": given(parts.provisioning),
            "doorkeeper": given(parts.doorkeeper),
            "intake": given(parts.intake),
            "configurations": given(parts.configurations),
            "evidence_files": given(parts.evidence_files),
            "admission": given(parts.admission),
            "door": given(parts.sign_ins),
            "passkeys_": given(parts.passkeys),
            "openid": given(parts.openid),
            "platform": given(parts.platform),
            "dossiers_": given(parts.dossiers),
        },
    )


def document() -> dict[str, Any]:
    """The OpenAPI document, which needs no parts."""
    names = ("ask", "authority", "doorkeeper", "intake", "admission", "door", "passkeys_", "openid", "platform")
    more = ("configurations", "dossiers_", "evidence_files")
    nothing = {name: Provide(lambda: None, sync_to_thread=False) for name in (*names, *more)}
    return completed(_built(handlers("", 0), nothing).openapi_schema.to_schema())


class _Document(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document with our errors in place of the framework's."""
        return self.render_json(request, completed(openapi_schema))


def _built(router: Router, dependencies: dict[str, Provide]) -> Litestar:
    return Litestar(
        [router],
        dependencies={**dependencies, "window": Provide(window, sync_to_thread=False)},
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=openapi(),
        request_max_body_size=BODY_BYTES_MOST,
        logging_config=None,
        debug=False,
    )


def openapi() -> OpenAPIConfig:
    """OpenAPI 3.1 at `schema`; who asks is said by the TLS connection, or by an API token."""
    schemes = {
        "certificate": SecurityScheme(type="mutualTLS", description="The client certificate of a user (PKCS#12)."),
        "token": SecurityScheme(type="http", scheme="bearer", description="An API token, within its scopes."),
        "session": SecurityScheme(
            type="apiKey",
            name=SESSION,
            security_scheme_in="cookie",
            description="A session, begun under `sign-in/`. Each change needs `X-CSRF-Token` too.",
        ),
        "invitation": SecurityScheme(
            type="apiKey",
            name="Authorization",
            security_scheme_in="header",
            description="Token, and a one-time token.",
        ),
    }
    return OpenAPIConfig(
        title="AosCloud",
        version="11",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        path=PATH + "/schema",
        render_plugins=[_Document(path="/", media_type=OpenAPIMediaType.OPENAPI_JSON)],
        components=Components(security_schemes=dict(schemes)),
        security=[{"certificate": []}, {"token": []}, {"session": []}],
        tags=[Tag(name=name, description=words) for name, words in _TAGS],
        use_handler_docstrings=True,
    )
