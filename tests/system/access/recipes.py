"""How to ask for each operation: which objects its path, query and body name. Whoever adds an operation adds a row.

`Of(kind)` stands for an object of the world (`world.py`); the matrix puts in own, foreign, removed and missing ones
in turn. Path, method and the status of success are the OpenAPI document's. An operation may have several rows.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import msgspec
from tests.system.cloud_process import registration

from aosedge.cloud.domain.access.roles import ROLES
from aosedge.trust import csr

FINE: Final = 0
"""In place of a status: that of success."""


class Of(msgspec.Struct, frozen=True):
    """An object of this kind. `tied`: how one of an organization tied by a grant is answered, which else is foreign
    like any other. `missing`: how one that is not there is answered. `others`: whether there are foreign ones."""

    kind: str
    tied: int | None = None
    missing: int = 404
    others: bool = True


class Recipe(msgspec.Struct, frozen=True):
    """One way of asking. `lists`: of what the answer has exactly those that the asker may see."""

    operation: str
    path: dict[str, Of] = {}
    body: Any = None
    query: dict[str, Of] = {}
    """Filters, each tried alone."""
    lists: tuple[Of, ...] = ()
    refused: dict[str, int] = {}
    """By identity or role: the status where what is asked for is allowed, and still not done."""
    only: tuple[str, ...] = ()
    """The identities or roles for which it is another way of asking; none are all."""
    elsewhere: int = FINE
    """How a role that reaches all is answered for another organization's."""
    form: bytes | None = None
    """A multipart body."""
    invited: bool = False
    """Asked with the one-time token, whoever asks."""
    stream: bool = False


@cache
def new_unit() -> dict[str, Any]:
    """A registration, made once."""
    return registration("new-unit")


@cache
def new_request() -> str:
    """A signing request of a person."""
    return csr.user_request(csr.new_key()).decode()


_FORM: Final = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f.gz"\r\n\r\nno archive\r\n--x--\r\n'
_ITEM, _BUNDLE = Of("any item", tied=FINE), Of("bundle", tied=FINE)
_ANY_ORG, _SET, _SYSTEM = Of("organization", tied=FINE), Of("unit set"), Of("target system")
_FILTER_UNIT, _FILTER_USER = Of("unit"), Of("user", missing=FINE)


_NO_CERTIFICATE: Final = {"": 401, "alpha narrow token": 401, "alpha session": 401, "alpha forged session": 401}
_MORE: Final = {"alpha deputy": 403}
"""The user has more permissions than who asks."""

_DRAFT: Final = dict.fromkeys(ROLES, 409)
"""What a draft of a campaign cannot do."""
_UNSAID: Final = dict.fromkeys(ROLES, 400)
"""An architecture that the batch is not for."""
_UNDERWAY: Final = dict.fromkeys(ROLES, 409)
"""What a campaign that runs cannot."""

_UNSEEN: Final = dict.fromkeys(ROLES, 400)
"""What nobody has measured yet."""


_VARIABLES: Final = {
    "item_id": "not on the Unit",
    "values": {"LEVEL": "debug"},
    "until": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
}
_RXSWIN: Final = {
    "target_system_id": Of("target system"),
    "number": "R1",
    "items": [{"item_id": _ITEM, "version": "1.0.0"}],
}


def _campaign(selection: dict[str, Any]) -> dict[str, Any]:
    return {"title": "new", "bundle_id": Of("bundle", tied=FINE), "selection": selection}


def _all(status: int) -> dict[str, int]:
    """Everybody is answered so."""
    return dict.fromkeys(("", *ROLES), status)


def recipes() -> tuple[Recipe, ...]:
    """The table."""
    campaign, underway = {"id": Of("campaign")}, {"id": Of("running campaign")}
    batch = {"id": Of("batch")}
    unit, user, subject = {"id": Of("unit")}, {"id": Of("user")}, {"id": Of("subject")}
    return (
        Recipe("api_tokens_create", body={"title": "t", "scopes": ["users_me_read"]}),
        Recipe("api_tokens_delete", {"id": Of("api token")}, refused=_MORE),
        Recipe("api_tokens_list", query={"user_id": _FILTER_USER}, lists=(Of("api token"),)),
        Recipe("assignments_create", subject, body={"item_id": Of("spare item", tied=FINE)}),
        Recipe("assignments_create", subject, body={"bundle_id": _BUNDLE}),
        Recipe("assignments_delete", {"id": Of("subject"), "assignment_id": Of("assignment")}),
        Recipe("assignments_list", subject, lists=(Of("assignment"),)),
        Recipe("audit_list", lists=(Of("audit"),)),
        Recipe("audit_verify"),
        Recipe("campaign_exclusions_list", underway),
        Recipe("campaign_members_list", underway),
        Recipe("campaign_plan_members_list", underway),
        Recipe("campaigns_approve", campaign, body={"digest": "x"}, refused=_DRAFT),
        Recipe("campaigns_cancel", campaign, body={}),
        Recipe("campaigns_cancel", underway, body={}),
        Recipe("campaigns_compare", underway),
        Recipe("campaigns_create", body=_campaign({"fleets": [Of("fleet")]})),
        Recipe("campaigns_create", body=_campaign({"fleets": [Of("fleet")], "units": [Of("unit")]})),
        Recipe("campaigns_delete", campaign),
        Recipe("campaigns_delete", underway, refused=_UNDERWAY),
        Recipe("campaigns_dossier", campaign, refused=_DRAFT),
        Recipe("campaigns_dossier", underway),
        Recipe("campaigns_halt", campaign, body={}, refused=_DRAFT),
        Recipe("campaigns_halt", underway, body={}),
        Recipe(
            "campaigns_list",
            query={"bundle_id": Of("bundle", missing=FINE)},
            lists=(Of("campaign"), Of("running campaign")),
        ),
        Recipe("campaigns_override", campaign, body={"reason": "r"}, refused=_DRAFT),
        Recipe("campaigns_pass", campaign, refused=_DRAFT),
        Recipe("campaigns_pass", underway, refused=_UNDERWAY),
        Recipe("campaigns_pause", campaign, body={}, refused=_DRAFT),
        Recipe("campaigns_pause", underway, body={}),
        Recipe("campaigns_plan", campaign),
        Recipe("campaigns_plan_read", underway),
        Recipe("campaigns_read", underway),
        Recipe("campaigns_rehearse", underway, refused=_UNSEEN),
        Recipe("campaigns_resume", campaign, body={}, refused=_DRAFT),
        Recipe("campaigns_retry", campaign, refused=_DRAFT),
        Recipe("campaigns_roll_back", campaign, body={}, refused=_DRAFT),
        Recipe("campaigns_roll_back", underway, body={}),
        Recipe("campaigns_start", campaign, body={}, refused=_DRAFT),
        Recipe("campaigns_update", campaign, body={"priority": 1}),
        Recipe("campaigns_update", underway, body={"priority": 1}),
        Recipe("deployment_bundles_create", form=_FORM, refused={"oem": 400, "sp": 400}),
        Recipe("deployment_bundles_list", lists=(_BUNDLE,)),
        Recipe("deployment_bundles_read", {"id": _BUNDLE}),
        Recipe("enrolment_keys_create", body={"title": "new", "fleet_id": Of("fleet")}),
        Recipe("enrolment_keys_list", query={"fleet_id": Of("fleet", missing=FINE)}, lists=(Of("enrolment key"),)),
        Recipe("enrolment_keys_revoke", {"id": Of("enrolment key")}),
        Recipe("events_read", stream=True),
        Recipe("fleets_create", body={"title": "new"}),
        Recipe("fleets_delete", {"id": Of("empty fleet")}),
        Recipe("fleets_list", lists=(Of("any fleet"),)),
        Recipe("fleets_read", {"id": Of("fleet")}),
        Recipe("fleets_update", {"id": Of("fleet")}, body={"title": "new", "timezone": "Europe/Berlin"}),
        Recipe("grants_create", body={"service_provider_id": Of("grantable", others=False)}),
        Recipe("grants_delete", {"id": Of("unused grant", others=False)}),
        Recipe("grants_list", lists=(Of("grant"),)),
        Recipe("grants_read", {"id": Of("unused grant", others=False)}),
        Recipe("grants_update", {"id": Of("unused grant", others=False)}, body={"services": []}),
        Recipe("health_read"),
        Recipe("invitations_create", user, body={"valid_hours": 1}, elsewhere=409, refused=_MORE),
        Recipe("invitations_delete", {"id": Of("invitation")}),
        Recipe("invitations_list", query={"user_id": _FILTER_USER}, lists=(Of("invitation"),)),
        Recipe("item_configuration_read", {"id": _ITEM}),
        Recipe("item_alerts_list", {"id": _ITEM}),
        Recipe("item_deployment_counts_read", {"id": _ITEM}),
        Recipe("item_deployments_list", {"id": _ITEM}),
        Recipe("item_unit_counts_read", {"id": _ITEM}),
        Recipe("item_units_list", {"id": _ITEM}),
        Recipe("item_versions_list", {"id": _ITEM}),
        Recipe("items_delete", {"id": Of("spare item", tied=403)}),
        Recipe("items_delete", {"id": Of("item", tied=403)}, refused={"oem": 409, "one sp": 409, "two sp": 409}),
        Recipe("items_list", query={"owner_id": Of("organization", tied=FINE, missing=FINE)}, lists=(_ITEM,)),
        Recipe("items_read", {"id": _ITEM}),
        Recipe("organization_limits_read", {"id": Of("organization")}),
        Recipe("risk_budget_read", {"id": Of("organization")}),
        Recipe("risk_budget_update", {"id": Of("organization")}, body={"units_most": 5}),
        Recipe("organization_limits_update", {"id": Of("organization")}, body={"units_most": 5}),
        Recipe("organizations_activate", {"id": Of("provider")}),
        Recipe("organizations_create", body={"title": "new", "kind": "oem"}),
        Recipe("organizations_delete", {"id": Of("empty organization")}),
        Recipe("organizations_list", lists=(_ANY_ORG, Of("empty organization"))),
        Recipe("organizations_read", {"id": _ANY_ORG}),
        Recipe("organizations_suspend", {"id": Of("provider")}),
        Recipe("organizations_update", {"id": Of("organization")}, body={"title": "new"}),
        Recipe("own_sessions_list", lists=(Of("session"),)),
        Recipe("own_sessions_revoke", {"id": Of("session")}),
        Recipe("own_sessions_revoke_all"),
        Recipe("own_passkeys_delete", {"id": Of("passkey")}),
        Recipe("own_passkeys_list", lists=(Of("passkey"),)),
        Recipe("own_passkeys_rename", {"id": Of("passkey")}, body={"title": "new"}),
        Recipe("passkeys_delete", {"id": Of("staff passkey")}),
        Recipe("passkeys_list", query={"user_id": _FILTER_USER}, lists=(Of("passkey"),)),
        Recipe("platform_read"),
        Recipe("root_certificate_read"),
        Recipe("sessions_list", query={"user_id": _FILTER_USER}, lists=(Of("session"),)),
        Recipe("sessions_revoke", {"id": Of("session")}),
        Recipe("invited_passkeys_begin", invited=True),
        Recipe("invited_passkeys_create", body={"title": "t", "credential": {}}, invited=True, refused=_all(400)),
        Recipe("own_passkeys_begin"),
        Recipe("own_passkeys_create", body={"title": "t", "credential": {}}, refused=_all(400)),
        Recipe("sign_in_choices", body={"token": "unknown"}, refused=_all(401)),
        Recipe("sign_in_choose", body={"token": "unknown", "user_id": "u"}, refused=_all(401)),
        Recipe("sign_in_openid", refused=_all(404)),
        Recipe("sign_in_openid_begin", refused=_all(404)),
        Recipe("sign_in_passkey", body={"credential": {}}, refused=_all(401)),
        Recipe("sign_in_passkey_begin"),
        Recipe("unit_challenge"),
        Recipe("units_collect", {"id": Of("application", missing=401)}, body={"challenge": "c", "proof": "p"}),
        Recipe("units_enrol", body={**new_unit(), "challenge": "c", "proof": "p"}, refused=_all(401)),
        Recipe(
            "units_return", body={**new_unit(), "challenge": "c", "proof": "p", "certificate": ""}, refused=_all(401)
        ),
        Recipe("sign_in_certificate", refused=_NO_CERTIFICATE),
        Recipe("sign_in_link", body={"token": "unknown"}, refused=dict.fromkeys(("", *ROLES), 401)),
        Recipe("sign_in_ways"),
        Recipe("sign_out", refused=dict.fromkeys(ROLES, 409) | {"alpha session": FINE}),
        Recipe("rxswins_check", {"id": Of("target system")}),
        Recipe("rxswins_create", body=_RXSWIN),
        Recipe(
            "rxswins_list",
            query={"target_system_id": Of("target system", missing=FINE)},
            lists=(Of("rxswin"),),
        ),
        Recipe("rxswins_read", {"id": Of("rxswin")}),
        Recipe("subject_states_list", subject, lists=(Of("state"),)),
        Recipe("subject_states_read", {"id": Of("subject"), "state_id": Of("state")}),
        Recipe("subject_states_reset", {"id": Of("subject"), "state_id": Of("state")}),
        Recipe("subject_units_add", {"id": Of("subject"), "unit_id": Of("unit")}),
        Recipe("subject_units_list", subject, lists=(Of("unit"),)),
        Recipe("subject_units_remove", {"id": Of("subject"), "unit_id": Of("unit")}),
        Recipe("subjects_create", body={"title": "new"}),
        Recipe("subjects_delete", subject),
        Recipe("subjects_list", query={"unit_id": _FILTER_UNIT}, lists=(Of("subject"),)),
        Recipe("subjects_read", subject),
        Recipe("subjects_update", subject, body={"title": "new"}),
        Recipe("supported_software_read"),
        Recipe("target_systems_create", body={"title": "new"}),
        Recipe("target_systems_delete", {"id": Of("spare target system")}),
        Recipe("target_systems_list", lists=(_SYSTEM, Of("spare target system"))),
        Recipe("target_systems_read", {"id": _SYSTEM}),
        Recipe("target_systems_update", {"id": _SYSTEM}, body={"title": "new"}),
        Recipe("unit_alerts_list", unit),
        Recipe("unit_certificates_expiring"),
        Recipe("unit_certificates_list", unit),
        Recipe("unit_certificates_renew", unit, body={}),
        Recipe("unit_certificates_revoke", {"id": Of("unit"), "serial": Of("unit certificate")}),
        Recipe("unit_labels_update", unit, body={"set": {"site": "new"}}),
        Recipe("unit_set_units_add", {"id": _SET, "unit_id": Of("unit")}),
        Recipe("unit_set_units_list", {"id": _SET}),
        Recipe("unit_set_units_remove", {"id": _SET, "unit_id": Of("unit")}),
        Recipe("unit_sets_create", body={"title": "new", "fleet_id": Of("fleet"), "selector": "place"}),
        Recipe("unit_sets_delete", {"id": _SET}),
        Recipe(
            "unit_sets_list", query={"fleet_id": Of("fleet", missing=FINE), "unit_id": _FILTER_UNIT}, lists=(_SET,)
        ),
        Recipe("unit_sets_read", {"id": _SET}),
        Recipe("unit_sets_update", {"id": _SET}, body={"title": "new", "selector": "place"}),
        Recipe("unit_counts_read", query={"fleet_id": Of("fleet", missing=FINE)}),
        Recipe("unit_nodes_pause", unit, body={"reason": "test"}),
        Recipe("unit_nodes_resume", unit),
        Recipe("unit_target_read", unit),
        Recipe("unit_variables_clear", unit, query={}),
        Recipe("unit_variables_list", unit),
        Recipe("unit_variables_set", unit, body=_VARIABLES, refused=dict.fromkeys(ROLES, 409)),
        Recipe("unit_target_system_update", unit, body={"target_system_id": Of("target system")}),
        Recipe("units_clear_clone", unit),
        Recipe("units_delete", unit),
        Recipe("units_deprovision", unit, body={}),
        Recipe("units_explain", unit, query={"item": Of("any item", tied=FINE)}),
        Recipe(
            "units_list",
            query={"fleet_id": Of("fleet", missing=FINE), "target_system_id": Of("target system", missing=FINE)},
            lists=(Of("unit"),),
        ),
        Recipe("units_move", unit, body={"fleet_id": Of("any fleet")}),
        Recipe("units_provision", body={**new_unit(), "fleet_id": Of("fleet")}),
        Recipe("units_read", unit),
        Recipe("units_revoke", unit),
        Recipe("user_certificates_create", body={"csr": new_request()}, invited=True),
        Recipe("user_certificates_list", query={"user_id": _FILTER_USER}, lists=(Of("user certificate"),)),
        Recipe("user_certificates_revoke", {"id": Of("user certificate")}, refused=_MORE),
        Recipe("users_activate", user),
        Recipe(
            "users_create",
            body={"username": "new", "role": "auditor", "organization_id": Of("organization", tied=404)},
            elsewhere=409,
            refused=_MORE,
        ),
        Recipe("users_create", body={"username": "new", "role": "admin"}, refused={"oem": 400, "sp": 400}),
        Recipe(
            "users_create",
            body={"username": "new", "role": "oem", "permission_groups": [], "permissions": ["users_create"]},
            only=("oem",),
        ),
        Recipe(
            "users_create",
            body={"username": "new", "role": "fleet owner", "fleet_ids": [Of("fleet")]},
            only=("alpha oem", "beta oem"),
            refused=_MORE,
        ),
        Recipe("users_delete", user, refused=_MORE),
        Recipe("users_list", query={"organization_id": Of("organization", missing=FINE)}, lists=(Of("person"),)),
        Recipe("users_me_read"),
        Recipe("users_read", user),
        Recipe("users_suspend", user, refused=_MORE),
        Recipe("users_update", user, body={"role": "auditor"}, elsewhere=409, refused=_MORE),
        Recipe(
            "users_update",
            user,
            body={"role": "fleet owner", "fleet_ids": [Of("fleet")]},
            only=("alpha oem", "beta oem"),
        ),
        Recipe("verification_batches_approve", batch, body={"architecture": "x", "digest": "x"}, refused=_UNSAID),
        Recipe("verification_batches_cancel", batch, body={}),
        Recipe("verification_batches_create", body={"bundle_id": _BUNDLE}, refused={"fleet_owner": 404}),
        Recipe("verification_batches_list", query={"fleet_id": Of("fleet", missing=FINE)}, lists=(Of("batch"),)),
        Recipe("verification_batches_read", batch),
        Recipe("verification_batches_reject", batch, body={"comment": "bad"}),
        Recipe("verification_batches_revoke", batch, body={"architecture": "x"}, refused=_UNSAID),
        Recipe("verification_evidence_create", batch, form=_FORM),
        Recipe("verification_evidence_list", batch),
        Recipe("verification_evidence_read", batch | {"evidence_id": Of("evidence")}),
        Recipe("verification_reports_read", batch),
        Recipe("verification_settings_read"),
        Recipe("verification_settings_update", body={"four_eyes": True}),
        Recipe("waiting_units_approve", {"id": Of("waiting unit")}),
        Recipe("waiting_units_list", lists=(Of("waiting unit"),)),
        Recipe("waiting_units_reject", {"id": Of("waiting unit")}, body={}),
    )
