"""What one transaction sees: repositories that have their scope from the start."""

from typing import cast

from sqlalchemy import Connection

from aosedge.cloud.domain.access.callers import Caller, Scope
from aosedge.cloud.store.admission import ApiTokens, EveryApiToken, EveryInvitation, Invitations
from aosedge.cloud.store.assignments import Assignments
from aosedge.cloud.store.audit import Audit
from aosedge.cloud.store.campaign_candidates import CampaignCandidates
from aosedge.cloud.store.campaign_members import CampaignMembers
from aosedge.cloud.store.campaign_plans import CampaignPlans
from aosedge.cloud.store.campaign_results import CampaignResults
from aosedge.cloud.store.campaign_tables import risk_budgets
from aosedge.cloud.store.campaigns import Campaigns
from aosedge.cloud.store.catalogue import BlobRecords, Bundles, Items
from aosedge.cloud.store.clones import Clones, EveryTakeover
from aosedge.cloud.store.compiling import Compiling
from aosedge.cloud.store.deployments import Deployments, ItemUnits
from aosedge.cloud.store.documents import Documents
from aosedge.cloud.store.effects import Effects
from aosedge.cloud.store.enrolment import EnrolmentKeys, EveryEnrolment, WaitingUnits
from aosedge.cloud.store.explaining import Explaining
from aosedge.cloud.store.fleets import Fleets
from aosedge.cloud.store.item_alerts import ItemAlerts
from aosedge.cloud.store.labels import Labels
from aosedge.cloud.store.limits import Limits, units_there
from aosedge.cloud.store.openid import EveryOpenIdLink, OpenIdLinks
from aosedge.cloud.store.organizations import EveryOrganization, Grants, Organizations
from aosedge.cloud.store.passkeys import EveryPasskey, Passkeys
from aosedge.cloud.store.people import Certificates, EveryCertificate, EveryUser, Users
from aosedge.cloud.store.recording import Recorder
from aosedge.cloud.store.repeats import Answers, EveryAnswer
from aosedge.cloud.store.reported import ReportedUnits
from aosedge.cloud.store.reported_members import ReportedMembers
from aosedge.cloud.store.retention import Retention
from aosedge.cloud.store.risk_budgets import units_at_risk
from aosedge.cloud.store.rxswins import RxswinRegister
from aosedge.cloud.store.service_states import ReportedStates, ServiceStates
from aosedge.cloud.store.sessions import EveryWebSession, Tickets, WebSessions
from aosedge.cloud.store.set_tables import unit_limits
from aosedge.cloud.store.settings import InstallationSettings
from aosedge.cloud.store.statuses import ReceivedMessages, Statuses
from aosedge.cloud.store.subjects import Subjects
from aosedge.cloud.store.target_systems import TargetSystems
from aosedge.cloud.store.targets import Targets
from aosedge.cloud.store.trail import Trail
from aosedge.cloud.store.unit_certificates import EveryRenewal, UnitCertificates
from aosedge.cloud.store.unit_sets import UnitSets
from aosedge.cloud.store.unit_variables import EveryVariable, ReportedVariables, UnitVariables
from aosedge.cloud.store.units import EveryUnit, Units
from aosedge.cloud.store.verification import EveryVerification, Verification
from aosedge.model.ids import UnitId

EVERYTHING = Scope(reach="all")


class Signals:
    """Names of work that a transaction leaves to reconcilers; told once it is committed."""

    def __init__(self) -> None:
        self.raised: set[str] = set()

    def signal(self, name: str) -> None:
        """After the commit, wake whoever listens to `name`."""
        self.raised.add(name)


class Session(Signals):
    """One transaction of one caller, who reaches no further than its scope."""

    def __init__(self, connection: Connection, caller: Caller, scope: Scope) -> None:
        super().__init__()
        self.caller, self.scope, self._connection = caller, scope, connection
        recorder = Recorder(connection)
        self.audit = Audit(connection, caller, scope, recorder)
        self.answers = Answers(connection, caller)
        self._of_campaigns(connection, scope)
        connection = cast(Connection, recorder)  # as far as repositories use one: `execute` and `dialect`
        self.organizations = Organizations(connection, scope)
        self.users = Users(connection, scope)
        self.certificates = Certificates(connection, scope)
        self.invitations = Invitations(connection, scope)
        self.api_tokens = ApiTokens(connection, scope)
        self.web_sessions = WebSessions(connection, scope)
        self.passkeys = Passkeys(connection, scope)
        self.openid_links = OpenIdLinks(connection, scope)
        self.tickets = Tickets(connection)
        self.grants = Grants(connection, scope)
        self.fleets = Fleets(connection, scope)
        self.units = Units(connection, scope)
        self.unit_certificates = UnitCertificates(connection, scope)
        self.unit_variables = UnitVariables(connection, scope)
        self.clones = Clones(connection, scope)
        self.rxswins = RxswinRegister(connection, scope)
        self.enrolment_keys = EnrolmentKeys(connection, scope)
        self.waiting_units = WaitingUnits(connection, scope)
        self.labels = Labels(connection, scope)
        self.unit_sets = UnitSets(connection, scope)
        self.unit_limits = Limits(connection, scope, unit_limits, units_there)
        self.risk_budgets = Limits(connection, scope, risk_budgets, units_at_risk, least=1)
        self.target_systems = TargetSystems(connection, scope)
        self.subjects = Subjects(connection, scope)
        self.service_states = ServiceStates(connection, scope)
        self._of_bundles(connection, scope)
        self.assignments = Assignments(connection, scope)
        self.targets = Targets(connection, scope)
        self.statuses = Statuses(connection, scope)
        self.campaigns = Campaigns(connection, scope)
        self.received = ReceivedMessages(connection, scope)
        self.explaining = Explaining(connection, scope)

    def _of_bundles(self, connection: Connection, scope: Scope) -> None:
        self.items = Items(connection, scope)
        self.bundles = Bundles(connection, scope)
        self.deployments = Deployments(connection, scope)
        self.item_alerts = ItemAlerts(connection, scope)
        self.item_units = ItemUnits(connection, scope)
        self.blobs = BlobRecords(connection)
        self.verification = Verification(connection, scope)

    def audit_of(self, caller: Caller) -> Audit:
        """The trail of a task whose decision follows in this transaction; the changes stay with the asker's line."""
        return Audit(self._connection, caller, self.scope, Recorder(self._connection))

    def _of_campaigns(self, connection: Connection, scope: Scope) -> None:
        """Thousands of rows at once, which the trail does not show: the campaign's own line tells."""
        self.campaign_members = CampaignMembers(connection)
        self.campaign_candidates = CampaignCandidates(connection, scope)
        self.campaign_plans = CampaignPlans(connection, scope)
        self.campaign_results = CampaignResults(connection, scope)


class UnitsSession(Signals):
    """One transaction of some Units that report; it reaches these Units and no other."""

    def __init__(self, connection: Connection, documents: Documents, units: frozenset[UnitId]) -> None:
        super().__init__()
        self.reported = ReportedUnits(connection, documents, units)
        self.members = ReportedMembers(connection, units)
        self.states = ReportedStates(connection, units)
        self.variables = ReportedVariables(connection, units)


class EverySession(Signals):
    """One transaction of the installation itself: reconcilers, signing in, set-up. It reaches everything."""

    def __init__(self, connection: Connection, documents: Documents, caller: Caller) -> None:
        super().__init__()
        self.caller = caller
        self.compiling = Compiling(connection, documents)
        self.campaign_members = CampaignMembers(connection)
        self.verification = EveryVerification(connection)
        self.effects = Effects(connection)
        self.retention = Retention(connection)
        self.answers = EveryAnswer(connection)
        self.settings = InstallationSettings(connection)
        self.trail = Trail(connection)
        self._connection, self._recorder = connection, Recorder(connection)
        self.audit = Audit(connection, caller, EVERYTHING, self._recorder)
        connection = cast(Connection, self._recorder)
        self.organizations = EveryOrganization(connection)
        self.users = EveryUser(connection)
        self.certificates = EveryCertificate(connection)
        self.invitations = EveryInvitation(connection)
        self.api_tokens = EveryApiToken(connection)
        self.web_sessions = EveryWebSession(connection)
        self.passkeys = EveryPasskey(connection)
        self.openid_links = EveryOpenIdLink(connection)
        self.tickets = Tickets(connection)
        self.units = EveryUnit(self._connection)  # the gateway signs Units in and out all the time
        self.renewals = EveryRenewal(connection)
        self.takeovers = EveryTakeover(self._connection)
        self.variables = EveryVariable(connection)
        self.enrolment = EveryEnrolment(connection)
        self.fleets = Fleets(connection, EVERYTHING)
        self.blobs = BlobRecords(connection)

    def within(self, scope: Scope) -> Session:
        """The same transaction as somebody with this scope sees it; its signals and its audit are nobody's."""
        return Session(self._connection, self.caller, scope)

    def audit_of(self, caller: Caller) -> Audit:
        """The trail of a caller that this transaction speaks for: a Unit whose channel something happened on."""
        return Audit(self._connection, caller, EVERYTHING, self._recorder)
