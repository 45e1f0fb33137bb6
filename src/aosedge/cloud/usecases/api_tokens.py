"""What people do with API tokens."""

from collections.abc import Iterable

from aosedge.cloud.domain import api_tokens as rules
from aosedge.cloud.domain.access.giving import check_covers
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.users import asker
from aosedge.model.ids import Ids, TokenId


def create(
    session: Session, ids: Ids, title: str, scopes: Iterable[str], valid_days: int, token_hash: str
) -> ApiToken:
    """A token of the asker's own; raises Invalid, and NotAllowed for a scope that the asker has not."""
    now, who = session.caller.now, asker(session)
    token = ApiToken(
        id=TokenId(ids.new()),
        user=who.user,
        title=checked_title(title),
        token_hash=token_hash,
        scopes=rules.checked_scopes(who, scopes),
        created_at=now,
        expires_at=rules.expiry(now, valid_days),
    )
    session.api_tokens.add(token)
    return token


def revoke(session: Session, id: TokenId) -> ApiToken:
    """It lets nobody in any more; raises NotFound, and NotAllowed for that of somebody who may do more."""
    token = session.api_tokens.delete(id)
    if token.user != asker(session).user:
        owner = session.users.get(token.user)
        check_covers(asker(session), owner.role, owner.effective)
    return token
