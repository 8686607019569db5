"""Our keys in the database: sealed, published before they sign and after, and changed without a refused signature."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db
from binder.clock import frozen, now
from lti.errors import SettingsInvalid
from lti.keyring import rotation
from lti.keyring.sealing import Sealer
from lti.models import KeyState, ToolKey
from lti.protocol.keys import FRESH, KeyRing, SigningKey, Stored
from tests.keys import PRIVATE_KEY, new_pem
from tests.lti.test_cli import make_app, run

SECRET = "a secret of sixteen or more"
DAY = timedelta(days=1)


def test_what_is_sealed_is_opened_by_any_of_the_secrets_and_by_no_other() -> None:
    sealed = Sealer([SECRET]).seal("precious")
    assert "precious" not in sealed
    assert Sealer(["another, newer secret", SECRET]).open(sealed) == "precious"
    for stranger in (Sealer(), Sealer(["another, newer secret"])):
        with pytest.raises(SettingsInvalid, match="LTI_SECRET"):
            stranger.open(sealed)
    assert Sealer([SECRET]).open("never sealed") == "never sealed"
    assert Sealer().seal("as it is") == "as it is"


def test_a_key_is_published_for_a_day_before_it_signs_and_after(session: Session) -> None:
    sealer, start = Sealer([SECRET]), now()
    with frozen(start):
        first = rotation.rotate(session, sealer)
        second = rotation.rotate(session, sealer)
    assert (first.made, first.signs) == (first.signs, first.made)
    assert (second.signs, second.waits_until) == (None, start + DAY)
    with frozen(start + DAY - timedelta(seconds=1)):
        assert rotation.rotate(session, sealer) == rotation.Rotation(waits_until=start + DAY)
    with frozen(start + DAY):
        third = rotation.rotate(session, sealer)
    assert third.signs == second.made
    states = {key.kid: key.state for key in rotation.keys(session)}
    assert states[first.signs or ""] is KeyState.RETIRING
    with frozen(start + 2 * DAY):
        fourth = rotation.rotate(session, sealer)
    assert fourth.removed == (first.signs,)
    assert all(
        SECRET not in key.pem and "BEGIN" not in key.pem for key in session.scalars(sa.select(ToolKey))
    )


def test_a_key_of_the_settings_signs_until_one_of_the_database_may(session: Session) -> None:
    start = now()
    with frozen(start):
        made = rotation.rotate(session, Sealer(), has_other=True)
        ring = KeyRing([PRIVATE_KEY], lambda: rotation.read(session, Sealer()))
        assert ring.signing.kid == SigningKey.parse(PRIVATE_KEY).kid != made.made
        assert [key.kid for key in ring.keys] == [ring.signing.kid, made.made]
    with frozen(start + DAY):
        assert rotation.rotate(session, Sealer(), has_other=True).signs == made.made
    ring.forget()
    assert ring.signing.kid == made.made
    assert SigningKey.parse(PRIVATE_KEY).kid in {key["kid"] for key in ring.jwks()["keys"]}


def test_a_process_reads_the_keys_again_after_a_while() -> None:
    keys, seconds, reads = [SigningKey.parse(PRIVATE_KEY)], [0.0], [0]

    def read() -> Stored:
        reads[0] += 1
        return Stored(keys[-1], tuple(keys[:-1]))

    ring = KeyRing((), read, clock=lambda: seconds[0])
    assert ring.signing is keys[0]
    keys.append(SigningKey.parse(new_pem()))
    assert ring.signing is keys[0]
    seconds[0] = FRESH + 1
    assert ring.signing is keys[1]
    ring.sign({"iss": "c"})
    assert reads == [2]


def test_no_signature_is_refused_across_the_moment(engine: sa.Engine, tmp_path: Path) -> None:
    """A platform that reads our key set once a day, and a process of ours that has read the keys a moment before."""
    app, start = make_app(engine, tmp_path), now()
    tool = app.extensions["lti"]

    def published() -> dict[str, jwt.PyJWK]:
        listed = app.test_client().get("/lti/jwks").json["keys"]
        return {each["kid"]: jwt.PyJWK(each) for each in listed}

    with frozen(start):
        assert run(app, "keys", "rotate").exit_code == 0
        stale = KeyRing((), tool._stored_keys, clock=lambda: 0.0)  # never asks again
        stale.sign({})
        run(app, "keys", "rotate")
        platform = published()
    kids = set()
    for hours in range(0, 72, 3):
        with frozen(start + timedelta(hours=hours)):
            if hours and hours % 24 == 0:
                platform = published()
            run(app, "keys", "rotate")
            for ring in (tool.keys, stale) if hours < 48 else (tool.keys,):
                token = ring.sign({"iss": "c"})
                kid = jwt.get_unverified_header(token)["kid"]
                kids.add(kid)
                assert kid in platform, f"after {hours} hours"
                jwt.decode(token, platform[kid], algorithms=["RS256"])
    assert len(kids) >= 3


def test_the_commands_tell_what_they_did(engine: sa.Engine, tmp_path: Path) -> None:
    app = make_app(engine, tmp_path)
    assert "run `flask lti keys rotate`" in run(app, "keys", "list").output
    made = json.loads(run(app, "keys", "rotate", "--json").output)
    assert (made["ok"], made["sealed"], made["signs"]) == (True, False, made["made"])
    sealing = make_app(engine, tmp_path, LTI_SECRET=SECRET)
    assert run(sealing, "keys", "reseal").output == "Sealed 1.\n"
    listed = json.loads(run(sealing, "keys", "list", "--json").output)["keys"]
    assert [(key["kid"], key["signs"], key["where"]) for key in listed] == [(made["made"], True, "database")]
    run(sealing, "keys", "rotate")
    assert json.loads(run(sealing, "keys", "rotate", "--now", "--json").output)["signs"]
    with Session(db.reading(engine)) as session:
        assert sorted(key.state.value for key in rotation.keys(session)) == ["active", "next", "retiring"]
    lost = run(app, "keys", "list", "--json")
    assert (lost.exit_code, json.loads(lost.output)["error"]) == (1, "settings")


def test_every_command_has_json(engine: sa.Engine, tmp_path: Path) -> None:
    app = make_app(engine, tmp_path)

    def leaves(command: Any) -> list[Any]:
        inside = getattr(command, "commands", None)
        return [leaf for each in inside.values() for leaf in leaves(each)] if inside else [command]

    found = leaves(app.cli.commands["lti"])
    assert len(found) > 15
    for command in found:
        assert any("--json" in option.opts for option in command.params), command.name
