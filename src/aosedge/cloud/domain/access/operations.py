"""The one table of what may be asked for: operation x role -> reach, every cell written out.

An operation's id is OpenAPI's operationId, the permission, the audit action and the name in errors. There is no
default and no wildcard: what has no row does not exist. Reach: `none`; `own`, the asker itself; `fleet`, the asker's
fleets; `tenant`, the asker's organization and what others granted to it; `all`, the installation.
"""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.access.callers import Reach, Role

Effect = Literal["reads", "changes"]


class Row(msgspec.Struct, frozen=True):
    """One operation: whether it changes something (and so leaves an audit line), and its reach for each role."""

    effect: Effect
    oem: Reach
    fleet_owner: Reach
    sp: Reach
    admin: Reach
    auditor: Reach

    def reach(self, role: Role) -> Reach:
        """How far the operation reaches for this role."""
        reach: Reach = getattr(self, role)  # the roles are the columns
        return reach


# fmt: off
OPERATIONS: Final[dict[str, Row]] = {
    #                                       effect     oem       fleet_owner sp        admin     auditor
    "api_tokens_create":                Row("changes", "own",    "own",      "own",    "own",    "none"),
    "api_tokens_delete":                Row("changes", "tenant", "own",      "tenant", "all",    "none"),
    "api_tokens_list":                  Row("reads",   "tenant", "own",      "tenant", "all",    "tenant"),
    "assignments_create":               Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "assignments_delete":               Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "assignments_list":                 Row("reads",   "tenant", "none",     "none",   "none",   "tenant"),
    "audit_list":                       Row("reads",   "tenant", "none",     "tenant", "tenant", "tenant"),
    "audit_verify":                     Row("reads",   "tenant", "none",     "tenant", "tenant", "tenant"),
    "campaign_exclusions_list":         Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaign_members_list":            Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaign_plan_members_list":       Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaigns_approve":                Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_cancel":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_compare":                Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaigns_create":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_delete":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_dossier":                Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaigns_halt":                   Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_list":                   Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaigns_override":               Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "campaigns_pass":                   Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_pause":                  Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_plan":                   Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_plan_read":              Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaigns_read":                   Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaigns_rehearse":               Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "campaigns_resume":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_retry":                  Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_roll_back":              Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_start":                  Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "campaigns_update":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "deployment_bundles_create":        Row("changes", "tenant", "none",     "tenant", "none",   "none"),
    "deployment_bundles_list":          Row("reads",   "tenant", "tenant",   "tenant", "none",   "tenant"),
    "deployment_bundles_read":          Row("reads",   "tenant", "tenant",   "tenant", "none",   "tenant"),
    "enrolment_keys_create":           Row("changes", "tenant", "fleet",  "none",   "none",   "none"),
    "enrolment_keys_list":             Row("reads",   "tenant", "fleet",  "none",   "none",   "tenant"),
    "enrolment_keys_revoke":           Row("changes", "tenant", "fleet",  "none",   "none",   "none"),
    "events_read":                      Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "fleets_create":                    Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "fleets_delete":                    Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "fleets_list":                      Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "fleets_read":                      Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "fleets_update":                    Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "grants_create":                    Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "grants_delete":                    Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "grants_list":                      Row("reads",   "tenant", "none",     "tenant", "all",    "tenant"),
    "grants_read":                      Row("reads",   "tenant", "none",     "none",   "none",   "tenant"),
    "grants_update":                    Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "invitations_create":               Row("changes", "tenant", "none",     "tenant", "all",    "none"),
    "invitations_delete":               Row("changes", "tenant", "none",     "tenant", "all",    "none"),
    "invitations_list":                 Row("reads",   "tenant", "none",     "tenant", "all",    "tenant"),
    "item_configuration_read":          Row("reads",   "tenant", "tenant",   "tenant", "none",   "tenant"),
    "item_alerts_list":                 Row("reads",   "none",   "none",     "tenant", "none",   "tenant"),
    "item_deployment_counts_read":      Row("reads",   "none",   "none",     "tenant", "none",   "tenant"),
    "item_deployments_list":            Row("reads",   "none",   "none",     "tenant", "none",   "tenant"),
    "item_unit_counts_read":            Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "item_units_list":                  Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "item_versions_list":               Row("reads",   "tenant", "tenant",   "tenant", "none",   "tenant"),
    "items_delete":                     Row("changes", "tenant", "none",     "tenant", "none",   "none"),
    "items_list":                       Row("reads",   "tenant", "tenant",   "tenant", "none",   "tenant"),
    "items_read":                       Row("reads",   "tenant", "tenant",   "tenant", "none",   "tenant"),
    "organization_limits_read":         Row("reads",   "tenant", "none",     "none",   "all",    "tenant"),
    "organization_limits_update":       Row("changes", "none",   "none",     "none",   "all",    "none"),
    "organizations_activate":           Row("changes", "none",   "none",     "none",   "all",    "none"),
    "organizations_create":             Row("changes", "none",   "none",     "none",   "all",    "none"),
    "organizations_delete":             Row("changes", "none",   "none",     "none",   "all",    "none"),
    "organizations_list":               Row("reads",   "tenant", "tenant",   "tenant", "all",    "tenant"),
    "organizations_read":               Row("reads",   "tenant", "tenant",   "tenant", "all",    "tenant"),
    "organizations_suspend":            Row("changes", "none",   "none",     "none",   "all",    "none"),
    "organizations_update":             Row("changes", "none",   "none",     "none",   "all",    "none"),
    "own_passkeys_begin":             Row("changes", "own",    "own",     "own",    "own",    "own"),
    "own_passkeys_create":            Row("changes", "own",    "own",     "own",    "own",    "own"),
    "own_passkeys_delete":            Row("changes", "own",    "own",     "own",    "own",    "own"),
    "own_passkeys_list":              Row("reads",   "own",    "own",     "own",    "own",    "own"),
    "own_passkeys_rename":            Row("changes", "own",    "own",     "own",    "own",    "own"),
    "own_sessions_list":              Row("reads",   "own",    "own",     "own",    "own",    "own"),
    "own_sessions_revoke":            Row("changes", "own",    "own",     "own",    "own",    "own"),
    "own_sessions_revoke_all":        Row("changes", "own",    "own",     "own",    "own",    "own"),
    "passkeys_delete":                Row("changes", "tenant", "none",    "tenant", "all",    "none"),
    "passkeys_list":                  Row("reads",   "tenant", "own",     "tenant", "all",    "tenant"),
    "risk_budget_read":               Row("reads",   "tenant", "none",    "none",   "all",    "tenant"),
    "risk_budget_update":             Row("changes", "tenant", "none",    "none",   "all",    "none"),
    "sessions_list":                  Row("reads",   "tenant", "own",     "tenant", "all",    "tenant"),
    "sessions_revoke":                Row("changes", "tenant", "own",     "tenant", "all",    "none"),
    "sign_out":                       Row("changes", "own",    "own",     "own",    "own",    "own"),
    "platform_read":                    Row("reads",   "none",   "none",     "none",   "all",    "none"),
    "rxswins_check":                    Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "rxswins_create":                   Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "rxswins_list":                     Row("reads",   "tenant", "tenant",   "none",   "none",   "tenant"),
    "rxswins_read":                     Row("reads",   "tenant", "tenant",   "none",   "none",   "tenant"),
    "subject_states_list":              Row("reads",   "tenant", "none",     "none",   "none",   "tenant"),
    "subject_states_read":              Row("reads",   "tenant", "none",     "none",   "none",   "none"),
    "subject_states_reset":             Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "subject_units_add":                Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "subject_units_list":               Row("reads",   "tenant", "none",     "none",   "none",   "tenant"),
    "subject_units_remove":             Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "subjects_create":                  Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "subjects_delete":                  Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "subjects_list":                    Row("reads",   "tenant", "none",     "none",   "none",   "tenant"),
    "subjects_read":                    Row("reads",   "tenant", "none",     "none",   "none",   "tenant"),
    "subjects_update":                  Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "supported_software_read":          Row("reads",   "tenant", "none",     "none",   "none",   "none"),
    "target_systems_create":            Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "target_systems_delete":            Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "target_systems_list":              Row("reads",   "tenant", "tenant",   "none",   "none",   "tenant"),
    "target_systems_read":              Row("reads",   "tenant", "tenant",   "none",   "none",   "tenant"),
    "target_systems_update":            Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "unit_alerts_list":                 Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_certificates_expiring":       Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_certificates_list":           Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_certificates_renew":          Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_certificates_revoke":         Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "unit_counts_read":                 Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_labels_update":               Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_nodes_pause":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_nodes_resume":                Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_set_units_add":               Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_set_units_list":              Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_set_units_remove":            Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_sets_create":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_sets_delete":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_sets_list":                   Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_sets_read":                   Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_sets_update":                 Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_target_read":                 Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_target_system_update":        Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_variables_clear":             Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "unit_variables_list":              Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "unit_variables_set":               Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "units_clear_clone":                Row("changes", "tenant", "fleet",    "none",   "none",   "none"),
    "units_delete":                     Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "units_deprovision":                Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "units_explain":                    Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "units_list":                       Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "units_move":                       Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "units_provision":                  Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "units_read":                       Row("reads",   "tenant", "fleet",    "none",   "none",   "tenant"),
    "units_revoke":                     Row("changes", "tenant", "none",     "none",   "none",   "none"),
    "user_certificates_list":           Row("reads",   "tenant", "own",      "tenant", "all",    "tenant"),
    "user_certificates_revoke":         Row("changes", "tenant", "own",      "tenant", "all",    "none"),
    "users_activate":                   Row("changes", "tenant", "none",     "tenant", "all",    "none"),
    "users_create":                     Row("changes", "tenant", "none",     "tenant", "all",    "none"),
    "users_delete":                     Row("changes", "tenant", "none",     "tenant", "all",    "none"),
    "users_list":                       Row("reads",   "tenant", "none",     "tenant", "all",    "tenant"),
    "users_me_read":                    Row("reads",   "tenant", "fleet",    "own",    "own",    "tenant"),
    "users_read":                       Row("reads",   "tenant", "none",     "tenant", "all",    "tenant"),
    "users_suspend":                    Row("changes", "tenant", "none",     "tenant", "all",    "none"),
    "users_update":                     Row("changes", "tenant", "none",     "tenant", "all",    "none"),
    "verification_batches_approve":    Row("changes", "tenant", "fleet",   "none",   "none",   "none"),
    "verification_batches_cancel":     Row("changes", "tenant", "fleet",   "none",   "none",   "none"),
    "verification_batches_create":     Row("changes", "tenant", "fleet",   "none",   "none",   "none"),
    "verification_batches_list":       Row("reads",   "tenant", "fleet",   "none",   "none",   "tenant"),
    "verification_batches_read":       Row("reads",   "tenant", "fleet",   "none",   "none",   "tenant"),
    "verification_batches_reject":     Row("changes", "tenant", "fleet",   "none",   "none",   "none"),
    "verification_batches_revoke":     Row("changes", "tenant", "fleet",   "none",   "none",   "none"),
    "verification_evidence_create":    Row("changes", "tenant", "fleet",   "none",   "none",   "none"),
    "verification_evidence_list":      Row("reads",   "tenant", "fleet",   "none",   "none",   "tenant"),
    "verification_evidence_read":      Row("reads",   "tenant", "fleet",   "none",   "none",   "tenant"),
    "verification_reports_read":       Row("reads",   "tenant", "fleet",   "none",   "none",   "tenant"),
    "verification_settings_read":      Row("reads",   "tenant", "tenant",  "none",   "none",   "tenant"),
    "verification_settings_update":    Row("changes", "tenant", "none",    "none",   "none",   "none"),
    "waiting_units_approve":           Row("changes", "tenant", "fleet",  "none",   "none",   "none"),
    "waiting_units_list":              Row("reads",   "tenant", "fleet",  "none",   "none",   "tenant"),
    "waiting_units_reject":            Row("changes", "tenant", "fleet",  "none",   "none",   "none"),
}
# fmt: on

PUBLIC: Final[frozenset[str]] = frozenset(("health_read", "root_certificate_read", "sign_in_ways"))
"""What anybody may read, with no caller: liveness, and the roots that a client needs before it can trust us."""

INVITED: Final[frozenset[str]] = frozenset(
    ("invited_passkeys_begin", "invited_passkeys_create", "units_enrol", "user_certificates_create")
)
"""What needs no caller but a one-time token in the request."""

SIGNING_IN: Final[frozenset[str]] = frozenset(
    (
        "sign_in_certificate",
        "sign_in_choices",
        "sign_in_choose",
        "sign_in_link",
        "sign_in_openid",
        "sign_in_openid_begin",
        "sign_in_passkey",
        "sign_in_passkey_begin",
        "unit_challenge",
        "units_collect",
        "units_return",
    )
)
"""What needs no caller but the proof in the request that makes one, or a Unit's that it holds its key."""

ALWAYS: Final[frozenset[str]] = frozenset(("users_me_read",))
"""What every signed-in person may ask for, whatever they were given."""

PERSONAL: Final[frozenset[str]] = frozenset(
    (
        "own_passkeys_begin",
        "own_passkeys_create",
        "own_passkeys_delete",
        "own_passkeys_list",
        "own_passkeys_rename",
        "own_sessions_list",
        "own_sessions_revoke",
        "own_sessions_revoke_all",
        "sign_out",
    )
)
"""What every person may ask for of their own ways in; a program with an API token may not."""


def effective_permissions(role: Role) -> tuple[str, ...]:
    """Every operation that this role may ask for, in order."""
    return tuple(sorted(name for name, row in OPERATIONS.items() if row.reach(role) != "none"))
