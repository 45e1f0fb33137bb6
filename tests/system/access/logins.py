"""Everybody's logins: certificates, tokens, sessions, and those that let nobody in."""

import msgspec
from tests.system.access.placing import HOUR, Login, Placing, der, org_id, user_id
from tests.system.access.underway import made_id
from tests.system.access.words import (
    IDENTITIES,
    NARROW,
    OEMS,
    ORGANIZATIONS,
    Identity,
    staff_word,
    word,
)

from aosedge.cloud.api.cookies import SESSION
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.domain.invitations import Invitation
from aosedge.cloud.domain.openid import Linked
from aosedge.cloud.domain.passkeys import Passkey
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.domain.sessions import WebSession
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import EverySession, Session
from aosedge.model.ids import PasskeyId, SessionId, UserId
from aosedge.model.instants import Instant
from aosedge.trust import csr, secrets
from aosedge.trust.certificates import USER_LIFE


class Logins(Placing):
    """People, and Units by their certificates."""

    def _people(self, session: Session) -> None:
        for identity in IDENTITIES.values():
            if identity.role and not identity.user:
                self._person(session, identity)
        for org in ORGANIZATIONS:
            role = "admin" if org == "platform" else "oem" if org in OEMS else "sp"
            worker = Identity(f"{org} worker", role, org)
            self._person(session, worker)
            id = user_id(worker)
            self._put("user", id, org, user=id)
            token = made_id("invitation", staff_word(org))
            secret = secrets.new_secret(secrets.INVITATION)
            hashed = secrets.hash_of(secret)
            invitation = Invitation(token, id, role, hashed, self._now, self._now + HOUR, id)  # type: ignore[arg-type]
            session.invitations.add(invitation)
            self._put("invitation", token, org, user=id)
            self.world.invitation = secret if org == "alpha" else self.world.invitation
        self._kept_out(session)

    def _person(self, session: Session, identity: Identity, *, active: bool = True) -> None:
        fleets = frozenset(made_id("fleet", word(fleet)) for fleet in identity.fleets)
        name = identity.name.replace(" ", ".") + "." + staff_word(identity.org)
        id = user_id(identity)
        held = (None, ()) if identity.permissions is None else ((), tuple(sorted(identity.permissions)))
        user = User(
            id,  # type: ignore[arg-type]
            org_id(identity.org),  # type: ignore[arg-type]
            identity.role,  # type: ignore[arg-type]
            name,
            self._now,
            email=f"{name}@example.org",
            active=active,
            fleets=fleets,  # type: ignore[arg-type]
            groups=held[0],
            permissions=held[1],
        )
        session.users.add(user)
        self._put("person", id, identity.org, user=id)
        self.world.logins[identity.name] = self._certified(session, user)
        self._token(session, user, identity.org, ("fleets_list",))

    def _certified(self, session: Session, user: User, *, revoked: bool = False, age: int = 0) -> Login:
        at = Instant(self._now - age)
        issued = self._authority.issue_user(csr.new_key().public_key(), user.id, user.username, at)
        state = "revoked" if revoked else "active"
        session.certificates.add(
            Certificate(
                issued.serial,
                "user",
                user.id,
                "user",
                issued.fingerprint,
                issued.not_after,
                self._now,
                issued.pem,
                state=state,  # type: ignore[arg-type]
            )
        )
        org = next(placed.org for placed in self.world.objects["person"] if placed.id == user.id)
        self._put("user certificate", issued.serial, org, user=user.id)
        return Login(der(issued.pem))

    def _token(self, session: Session, user: User, org: str, scopes: tuple[str, ...], ends: int = HOUR) -> Login:
        number = len(self.world.objects["api token"])
        id = made_id(f"token{number:03}", staff_word(org))
        secret = secrets.new_secret(secrets.API_TOKEN)
        hashed, later = secrets.hash_of(secret), Instant(self._now + 24 * HOUR)
        ended = Instant(self._now + ends)
        session.api_tokens.add(ApiToken(id, user.id, f"t {staff_word(org)}", hashed, scopes, self._now, ended, later))  # type: ignore[arg-type]
        self._put("api token", id, org, user=user.id)
        return Login(authorization=f"Bearer {secret}")

    def _sessions(self, session: EverySession) -> None:
        """One of each person, and those that the identities of sessions come with."""
        people = [(placed.id, placed.org, HOUR) for placed in self.world.objects["person"]]
        alpha = user_id(IDENTITIES["alpha oem"])
        for number, (user, org, ends) in enumerate([*people, (alpha, "alpha", HOUR), (alpha, "", -1)]):
            id, secret = made_id(f"session{number:02}", staff_word(org)), secrets.new_secret(secrets.SESSION)
            end, later = Instant(self._now + ends), Instant(self._now + 24 * HOUR)
            words = (f"device {staff_word(org)}", "address", self._now, later, end, end)
            made = WebSession(SessionId(id), UserId(user), secrets.hash_of(secret), "link", "", *words)
            session.web_sessions.add(made)
            if org:
                self._put("session", id, org, user=user)
            if number < len(people):
                key = PasskeyId(made_id(f"passkey{number:02}", staff_word(org)))
                told = f"title {staff_word(org)}", "", False, self._now
                session.passkeys.add(Passkey(key, UserId(user), f"credential {key}", b"key", 0, *told))
                self._put("passkey", key, org, user=user)
                session.openid_links.add(Linked("issuer", staff_word(org), UserId(user), self._now))
                if any(user == placed.id for placed in self.world.objects["user"]):
                    self._put("staff passkey", key, org, user=user)
            login = Login(cookie=f"{SESSION}={secret}")
            if number >= len(people):
                self.world.logins["alpha forged session" if org else "expired session"] = login
                csrf = secrets.csrf_token_of(secret)
                self.world.logins["alpha session"] = (
                    msgspec.structs.replace(login, csrf=csrf) if org else self.world.logins["alpha session"]
                )

    def _kept_out(self, session: Session) -> None:
        logins = self.world.logins
        logins["garbage token"] = Login(authorization="Bearer aos_" + "0" * 64)
        alpha = session.users.get(user_id(IDENTITIES["alpha oem"]))  # type: ignore[arg-type]
        logins["alpha narrow token"] = self._token(session, alpha, "alpha", tuple(sorted(NARROW)))
        logins["expired token"] = self._token(session, alpha, "alpha", ("fleets_list",), ends=-1)
        logins["expired certificate"] = self._certified(session, alpha, age=USER_LIFE + HOUR)
        logins["revoked certificate"] = self._certified(session, alpha, revoked=True)
        forged = self._authority.issue_user(csr.new_key().public_key(), alpha.id, alpha.username, self._now)
        logins["certificate of another key"] = Login(der(forged.pem))  # well signed, of a serial that is known
        session.certificates.add(
            Certificate(
                forged.serial, "user", alpha.id, "user", f"other {forged.fingerprint}"[:64], forged.not_after,
                self._now, forged.pem,
            )
        )  # fmt: skip
        self._put("user certificate", forged.serial, "alpha", user=alpha.id)
        suspended = Identity("suspended user", "oem", "alpha")
        self._person(session, suspended, active=False)
        out = session.users.get(user_id(suspended))  # type: ignore[arg-type]
        logins["token of a suspended user"] = self._token(session, out, "alpha", ("fleets_list",))
        self._person(session, Identity("user of a suspended organization", "sp", "asleep"))

    def _unit_login(self, session: Session, fleet: str) -> Login:
        unit = session.units.get(made_id("unit", word(fleet)))  # type: ignore[arg-type]
        for name in ("north", "south", "field") if fleet == "north" else ():
            self._unit_certificate(session, session.units.get(made_id("unit", word(name))))  # type: ignore[arg-type]
        return Login(der(self._unit_certificate(session, unit)))

    def _unit_certificate(self, session: Session, unit: Unit) -> str:
        request = csr.unit_request(csr.new_key(), unit.system_uid, "online")
        issued = self._authority.issue_unit(request, unit.id, unit.system_uid, "online", self._now)
        session.certificates.add(
            Certificate(
                issued.serial,
                "unit",
                unit.id,
                "online",
                issued.fingerprint,
                issued.not_after,
                self._now,
                issued.pem,
                node="main",
            )
        )
        placed = next(each for each in self.world.objects["unit"] if each.id == unit.id)
        self._put("unit certificate", issued.serial, placed.org, fleet=placed.fleet)
        return issued.pem
