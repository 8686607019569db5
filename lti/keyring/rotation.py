"""Our keys in the database, and how one follows another without a refused signature.

next → active → retiring → gone. A key is published for `PUBLISHED` before it signs, so that platforms have read it; and
for `PUBLISHED` after it has signed for the last time, so that they can still check what is under way.
https://www.imsglobal.org/spec/security/v1p0#h_key-management
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now
from lti.keyring.sealing import Sealer
from lti.models import KeyState, ToolKey
from lti.protocol.keys import SigningKey, Stored, new_pem

__all__ = ["PUBLISHED", "Rotation", "add", "keys", "read", "reseal", "rotate"]

PUBLISHED = timedelta(days=1)
ORDER = (KeyState.ACTIVE, KeyState.NEXT, KeyState.RETIRING)


@dataclass(frozen=True)
class Rotation:
    """What one step did; kids."""

    made: str | None = None
    """A new key that is published from now on."""
    signs: str | None = None
    """The key that signs from now on, if it was another before."""
    removed: tuple[str, ...] = ()
    waits_until: datetime | None = None
    """When the next key may sign; None if it does."""


def keys(session: Session) -> list[ToolKey]:
    """All, the active one first."""
    found = session.scalars(sa.select(ToolKey).order_by(ToolKey.created_at, ToolKey.kid)).all()
    return sorted(found, key=lambda key: ORDER.index(key.state))


def read(session: Session, sealer: Sealer) -> Stored:
    """For a `KeyRing`.

    :raises SettingsInvalid: if they were sealed by a secret that we do not have.
    """
    parsed = [(key.state, SigningKey.parse(sealer.open(key.pem))) for key in keys(session)]
    active = next((key for state, key in parsed if state is KeyState.ACTIVE), None)
    return Stored(active, tuple(key for state, key in parsed if state is not KeyState.ACTIVE))


def add(session: Session, sealer: Sealer, pem: str, state: KeyState = KeyState.NEXT) -> ToolKey:
    """Keep a key.

    :raises ValueError: if `pem` is not an unencrypted RSA private key of 2048 bits or more.
    """
    kid = SigningKey.parse(pem).kid
    known = session.get(ToolKey, kid)
    if known is not None:
        return known
    new = ToolKey(kid=kid, state=state, pem=sealer.seal(pem))
    session.add(new)
    session.flush()
    return new


def rotate(session: Session, sealer: Sealer, *, at_once: bool = False, has_other: bool = False) -> Rotation:
    """One step: call it now and then, such as once a day; what is not due yet is left alone.

    :param at_once: the next key signs now, although platforms may not have read it: where a key has become known.
    :param has_other: the settings have a key, which signs until one of ours has been published long enough.
    """
    present = session.scalars(sa.select(ToolKey).with_for_update()).all()
    moment = now()
    by_state = {
        state: sorted((key for key in present if key.state is state), key=lambda key: key.created_at)
        for state in KeyState
    }
    over = [key for key in by_state[KeyState.RETIRING] if key.changed_at + PUBLISHED <= moment]
    for key in over:
        session.delete(key)
    active, waiting = by_state[KeyState.ACTIVE], by_state[KeyState.NEXT]
    signs = None
    if waiting and (at_once or waiting[0].created_at + PUBLISHED <= moment or not (active or has_other)):
        for old in active:
            old.state, old.changed_at = KeyState.RETIRING, moment
        signs = waiting.pop(0)
        signs.state, signs.changed_at = KeyState.ACTIVE, moment
        active = [signs]
    made = None
    if not active and not has_other:
        # nobody has read any key of ours yet, so there is nothing to wait for
        signs = made = add(session, sealer, new_pem(), KeyState.ACTIVE)
    elif not waiting:
        made = add(session, sealer, new_pem())
        waiting = [made]
    session.flush()
    return Rotation(
        made.kid if made else None,
        signs.kid if signs else None,
        tuple(key.kid for key in over),
        waiting[0].created_at + PUBLISHED if waiting else None,
    )


def reseal(session: Session, sealer: Sealer) -> int:
    """Seal all anew by the first secret, after `LTI_SECRET` was set or changed.

    :return: how many.
    """
    found = keys(session)
    for key in found:
        key.pem = sealer.seal(sealer.open(key.pem))
    return len(found)
