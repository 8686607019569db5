"""Who comes from LTI 1.1 finds again what is known of them – with a valid signature, once, and in their own school."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db
from binder.access import Role, Viewer
from binder.clock import now, uuid7
from binder.content import authoring
from binder.giving import assigning
from binder.models import Assignment, Audience, Membership, Person, Tenant
from lti import legacy
from lti.keyring.sealing import Sealer
from lti.launches import launching
from lti.legacy import Kind
from lti.models import Context, LegacyConsumer, LegacyId, LineItem, Registration, ResourceLink, User
from lti.protocol import nrps
from lti.protocol.launch import ValidatedLaunch
from lti.protocol.legacy import signature
from lti.services import roster
from tests import factories
from tests.conformance.platform import AGS, CLIENT, DEPLOYMENT, ISSUER, L
from tests.keys import PRIVATE_KEY
from tests.lti.arrivals import SECRET, Platform
from tests.lti.test_cli import make_app, run
from tests.lti.test_places import at_once

KEY, SHARED = "ent-lti1", "the secret of LTI 1.1"
HOSTS = "a-secret-of-the-host-long-enough"
SEALER = Sealer([HOSTS])


def new_person(session: Session, tenant_id: UUID) -> UUID:
    """Somebody whom no platform of LTI 1.3 has sent yet."""
    person = Person(id=uuid7(), tenant_id=tenant_id)
    session.add(person)
    session.flush()
    return person.id


class Past:
    """What a school has from LTI 1.1: Lina in class 5A, with work."""

    def __init__(self, engine: sa.Engine, platform: Platform) -> None:
        self.engine, self.platform = engine, platform
        tenant_id = platform.tenant_id
        with Session(db.writing(engine)) as session:
            self.lina = new_person(session, tenant_id)
            author_id = new_person(session, tenant_id)
            teacher = Viewer(tenant_id=tenant_id, role=Role.INSTRUCTOR, person_id=author_id)
            page = factories.page(session, teacher, factories.binder(session, teacher))
            authoring.publish(session, teacher, page.id)
            audience = Audience(id=uuid7(), tenant_id=tenant_id, title="5A")
            session.add(audience)
            session.flush()
            self.class_ = audience.id
            self.work = assigning.place(session, tenant_id, page.id, self.class_, author_id).id
            session.add(
                LegacyConsumer(
                    id=uuid7(),
                    registration_id=platform.registration.id,
                    consumer_key=KEY,
                    secret=SEALER.seal(SHARED),
                )
            )
            session.commit()
        self.know(user=self.lina, context=self.class_, link=self.work)

    def know(self, tenant_id: UUID | None = None, **targets: UUID) -> None:
        """Take in what `old-user`, `old-context` and `old-link` stand for."""
        with Session(db.writing(self.engine)) as session:
            for kind, target_id in targets.items():
                session.add(
                    LegacyId(
                        tenant_id=tenant_id or self.platform.tenant_id,
                        id=uuid7(),
                        consumer_key=KEY,
                        kind=kind,
                        value=f"old-{kind}",
                        target_id=target_id,
                    )
                )
            session.commit()

    def launch(self, *, key: Any = KEY, secret: Any = SHARED, **more: Any) -> ValidatedLaunch:
        """A launch with the signed claim."""
        nonce, exp = "n-1", int(now().timestamp()) + 300
        claim = {
            "oauth_consumer_key": key,
            "oauth_consumer_key_sign": signature(
                secret,
                consumer_key=key,
                deployment_id=DEPLOYMENT,
                issuer=ISSUER,
                client_id=CLIENT,
                exp=exp,
                nonce=nonce,
            ),
            "user_id": "old-user",
            "context_id": "old-context",
            "resource_link_id": "old-link",
        }
        return self.platform.launch(**{"nonce": nonce, "exp": exp, L + "lti1p1": claim, **more})

    def receive(self, valid: ValidatedLaunch, sealer: Sealer = SEALER) -> None:
        """Write a launch down."""
        with self.platform.begin() as connection:
            launching.receive(connection, valid, secret=SECRET, lifetime=60, sealer=sealer)

    def found(self) -> tuple[bool, bool, bool]:
        """Whether the last to come are Lina, class 5A and its work."""
        with Session(self.engine) as session:
            newest = [
                session.scalars(sa.select(column).order_by(kind.id.desc()).limit(1)).first()
                for kind, column in (
                    (User, User.person_id),
                    (Context, Context.audience_id),
                    (ResourceLink, ResourceLink.assignment_id),
                )
            ]
        return newest[0] == self.lina, newest[1] == self.class_, newest[2] == self.work

    def taken(self) -> int:
        """How many ids are taken."""
        with Session(self.engine) as session:
            return session.scalar(sa.select(sa.func.count(LegacyId.taken_at))) or 0


@pytest.fixture
def past(engine: sa.Engine, platform: Platform) -> Past:
    """A school that moves over."""
    return Past(engine, platform)


def test_the_first_launch_finds_person_class_and_work_again(
    past: Past, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="lti.legacy")
    column = {"scope": ["a"], "lineitems": ISSUER + "/lineitems", "lineitem": ISSUER + "/lineitems/7"}
    past.receive(past.launch(**{AGS: column}))
    assert past.found() == (True, True, True)
    assert past.taken() == 3
    assert [record.message.split()[0] for record in caplog.records] == ["legacy-taken"] * 3
    with Session(past.engine) as session:
        assert session.scalars(sa.select(LineItem.url)).all() == [ISSUER + "/lineitems/7"]
        assert (
            session.scalars(sa.select(Person.display_name).where(Person.id == past.lina)).one()
            == "Léa Martin"
        )
        assert session.scalars(sa.select(Audience.title)).all() == ["Sixième B"]
        membership = session.scalars(sa.select(Membership).where(Membership.person_id == past.lina)).one()
        assert membership.audience_id == past.class_
    past.receive(past.launch())
    with Session(past.engine) as session:
        counts = [
            session.scalar(sa.select(sa.func.count()).select_from(kind))
            for kind in (User, Context, ResourceLink, Assignment)
        ]
    assert counts == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("more", "sealer", "reason"),
    [
        ({"secret": "guessed"}, SEALER, "wrong signature"),
        ({"key": "another"}, SEALER, "consumer unknown"),
        ({L + "lti1p1": {"oauth_consumer_key": KEY, "user_id": "old-user"}}, SEALER, "unsigned"),
        ({L + "lti1p1": "nonsense"}, SEALER, "unsigned"),
        ({"nonce": "n-2"}, SEALER, "wrong signature"),
        ({}, Sealer(), "secret sealed by another LTI_SECRET"),
    ],
)
def test_without_a_valid_signature_they_are_somebody_new_and_it_is_logged_once(
    past: Past, caplog: pytest.LogCaptureFixture, more: dict[str, Any], sealer: Sealer, reason: str
) -> None:
    past.receive(past.launch(**more), sealer)
    assert past.found() == (False, False, False)
    assert past.taken() == 0
    refusals = [record for record in caplog.records if record.message.startswith("legacy-refused")]
    assert [record.reason for record in refusals] == [reason]  # type: ignore[attr-defined]
    assert "old-user" not in caplog.text


def test_without_the_claim_nothing_is_taken_though_the_ids_are_the_same(past: Past) -> None:
    past.receive(past.platform.launch(sub="old-user"))
    assert past.taken() == 0


def test_another_registration_does_not_profit_from_the_consumer_of_this_one(past: Past) -> None:
    with Session(db.writing(past.engine)) as session:
        mine = session.get_one(Registration, past.platform.registration.id)
        values = {column.name: getattr(mine, column.name) for column in Registration.__table__.columns}
        other = Registration(**{**values, "id": uuid7(), "client_id": "another"})
        session.add(other)
        session.flush()
        session.execute(sa.update(LegacyConsumer).values(registration_id=other.id))
        session.commit()
    past.receive(past.launch())
    assert past.found() == (False, False, False)


def test_what_is_another_schools_is_never_taken(past: Past) -> None:
    with Session(db.writing(past.engine)) as session:
        other = Tenant(id=uuid7(), name="Another school")
        session.add(other)
        session.flush()
        other_id, stranger = other.id, new_person(session, other.id)
        session.execute(sa.delete(LegacyId))
        session.commit()
    past.know(other_id, user=stranger)
    past.receive(past.launch())
    assert past.taken() == 0
    with Session(db.writing(past.engine)) as session:
        session.execute(sa.delete(LegacyId))
        session.commit()
    # not even where the list itself is wrong about whose it is
    past.know(user=stranger)
    past.receive(past.launch(sub="person-2"))
    assert past.taken() == 0


def test_an_id_is_taken_once(past: Past) -> None:
    past.receive(past.launch())
    past.receive(
        past.launch(
            sub="person-2",
            **{L + "context": {"id": "class-2"}, L + "resource_link": {"id": "link-2"}},
        )
    )
    assert past.found() == (False, False, False)
    assert past.taken() == 3


def test_of_two_launches_at_once_one_takes_it(engine: sa.Engine, past: Past) -> None:
    first, second = past.launch(), past.launch(sub="person-2")
    launches = at_once(engine, _sealed(past, (first, second)), {"n": 0}, {"n": 1})
    assert launches[0].person_id == past.lina
    assert launches[1].person_id not in (None, past.lina)
    assert past.taken() == 3


def test_two_tabs_at_once_are_the_same_old_person(engine: sa.Engine, past: Past) -> None:
    launches = at_once(engine, _sealed(past, (past.launch(), past.launch())), {"n": 0}, {"n": 1})
    assert [launch.person_id for launch in launches] == [past.lina] * 2


def _sealed(past: Past, valid: tuple[ValidatedLaunch, ValidatedLaunch]) -> Any:
    """The platform, for `at_once`, with launches that are there already."""

    class Sealed:
        tenant_id = past.platform.tenant_id

        def launch(self, n: int) -> ValidatedLaunch:
            return valid[n]

        def receive(self, valid: ValidatedLaunch, connection: sa.Connection) -> UUID:
            return launching.receive(connection, valid, secret=SECRET, lifetime=60, sealer=SEALER)

    return Sealed()


def test_work_of_another_class_is_not_put_behind_a_link(past: Past) -> None:
    past.receive(past.launch(**{L + "lti1p1": {**_claim(past), "context_id": "unknown"}}))
    assert past.found() == (True, False, False)
    assert past.taken() == 1


def test_a_class_that_the_platform_has_already_is_not_taken_a_second_time(past: Past) -> None:
    past.receive(past.launch())
    with Session(db.writing(past.engine)) as session:
        session.execute(sa.update(LegacyId).where(LegacyId.kind == Kind.CONTEXT).values(taken_at=None))
        session.commit()
    past.receive(past.launch(**{L + "context": {"id": "class-2"}}))
    assert past.found()[1] is False


def test_who_was_erased_is_not_raised(past: Past) -> None:
    with Session(db.writing(past.engine)) as session:
        session.execute(sa.update(Person).where(Person.id == past.lina).values(erased_at=now()))
        session.commit()
    past.receive(past.launch())
    assert past.found() == (False, True, True)


def _claim(past: Past) -> dict[str, Any]:
    claim = past.launch().claims.raw[L + "lti1p1"]
    assert isinstance(claim, dict)
    return claim


@pytest.mark.parametrize(("keys", "finds"), [((KEY,), True), ((), False)])
def test_a_class_list_finds_people_by_their_old_ids(past: Past, keys: tuple[str, ...], finds: bool) -> None:
    with Session(db.writing(past.engine)) as session:
        if not keys:
            session.execute(sa.delete(LegacyConsumer))
        take = legacy.former_members(session, past.platform.tenant_id, past.platform.registration.id)
        assert take("") is None
        assert take("unknown") is None
        assert (take("old-user") == past.lina) is finds
        assert take("old-user") is None, "once"


def test_a_refreshed_class_list_makes_old_people_members(
    past: Past, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    past.receive(past.platform.launch(sub="morel"))
    listed = [
        {"user_id": "person-7", "roles": ["Learner"], "lti11_legacy_user_id": "old-user", "name": "Lina"},
        {"user_id": "person-8", "roles": ["Learner"], "lti11_legacy_user_id": ["old-user"]},
    ]
    members = tuple(filter(None, map(nrps._member, listed)))
    monkeypatch.setattr(nrps, "members", lambda *_, **__: nrps.Roster(members, None, 0))
    tool = make_app(past.engine, tmp_path, LTI_PRIVATE_KEYS=PRIVATE_KEY).extensions["lti"]
    with Session(past.engine) as session:
        audience_id = session.scalars(sa.select(Context.audience_id)).one()
    assert roster.refresh(tool.begin, tool.services, past.platform.tenant_id, audience_id).named == 2
    with Session(past.engine) as session:
        rows = session.execute(sa.select(User.subject, User.person_id))
        people = {subject: person_id for subject, person_id in rows}
        assert people["person-7"] == past.lina != people["person-8"]
        assert session.get_one(Person, (past.platform.tenant_id, past.lina)).display_name == "Lina"


def test_secrets_are_sealed_anew(past: Past) -> None:
    newer = Sealer(["a newer secret of the host's", HOSTS])
    with Session(db.writing(past.engine)) as session:
        assert legacy.reseal(session, newer) == 1
        stored = session.scalars(sa.select(LegacyConsumer.secret)).one()
    assert Sealer(["a newer secret of the host's"]).open(stored) == SHARED


OF_PLATFORM = ("--issuer", ISSUER, "--client-id", CLIENT)


def test_consumers_are_added_listed_and_removed(
    engine: sa.Engine, platform: Platform, tmp_path: Path
) -> None:
    app = make_app(engine, tmp_path, LTI_SECRET=HOSTS)
    command = ("lti", "legacy", "consumer", "add", *OF_PLATFORM, "--key", KEY)
    added = app.test_cli_runner().invoke(args=[*command, "--json"], input="one secret\nmore\n")
    assert added.exception is None, added.exception
    assert json.loads(added.output) == {"ok": True, "key": KEY, "new": True, "sealed": True}
    again = run(app, *command[1:], "--secret", SHARED)
    assert again.output == f"Changed {KEY}.\n"
    with Session(engine) as session:
        stored = session.scalars(sa.select(LegacyConsumer.secret)).one()
    assert SHARED not in stored
    assert SEALER.open(stored) == SHARED
    listed = run(app, "legacy", "consumer", "list", "--json")
    assert json.loads(listed.output)["consumers"] == [{"issuer": ISSUER, "client_id": CLIENT, "key": KEY}]
    assert run(app, "legacy", "consumer", "remove", *OF_PLATFORM, "--key", KEY).exit_code == 0
    gone = run(app, "legacy", "consumer", "remove", *OF_PLATFORM, "--key", KEY)
    assert (gone.exit_code, "no such key" in gone.output) == (1, True)
    assert "There is none" in run(app, "legacy", "consumer", "list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--issuer", "https://other.example", "--client-id", CLIENT, "--key", KEY), "no such platform"),
        ((*OF_PLATFORM, "--key", "k" * 256), "The key must have"),
        ((*OF_PLATFORM, "--key", KEY, "--secret", ""), "The secret must have"),
    ],
)
def test_a_consumer_that_cannot_be(
    engine: sa.Engine, platform: Platform, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    app = make_app(engine, tmp_path)
    more = () if "--secret" in words else ("--secret", SHARED)
    answer = run(app, "legacy", "consumer", "add", *words, *more)
    assert (answer.exit_code, said in answer.output) == (1, True), answer.output


def import_(app: Any, folder: Path, lines: Iterable[str] | bytes, key: str = KEY) -> dict[str, Any]:
    """What the command tells of a list."""
    path = folder / "ids.csv"
    path.write_bytes(lines if isinstance(lines, bytes) else "\n".join(lines).encode())
    with Session(app.extensions["lti"].engine) as session:
        school = session.scalars(sa.select(Tenant.name).where(Tenant.name != "Another school")).one()
    answer = run(app, "legacy", "import", str(path), "--tenant", school, "--key", key, "--json")
    told: dict[str, Any] = json.loads(answer.output)
    assert told["ok"] is (answer.exit_code == 0)
    return told


def test_a_list_is_taken_in_and_may_be_said_again(past: Past, tmp_path: Path) -> None:
    app = make_app(past.engine, tmp_path)
    with Session(db.writing(past.engine)) as session:
        session.execute(sa.delete(LegacyId))
        tom = new_person(session, past.platform.tenant_id)
        session.commit()
    lines = [
        "kind,value,target_id",
        f"user,élève n° 1,{past.lina}",
        "",
        f'context,"a, b",{past.class_}',
        f"link,7,{past.work}",
    ]
    assert import_(app, tmp_path, b"\xef\xbb\xbf" + "\r\n".join(lines).encode())["new"] == 3
    lines[1] = f"user,élève n° 1,{tom}"
    told = import_(app, tmp_path, lines)
    assert (told["new"], told["changed"], told["same"]) == (0, 1, 2)
    with Session(db.writing(past.engine)) as session:
        session.execute(sa.update(LegacyId).where(LegacyId.kind == Kind.USER).values(taken_at=now()))
        session.commit()
    status = json.loads(run(app, "legacy", "status", "--json").output)["ids"]
    assert [(each["kind"], each["moved"], each["known"], each["believed"]) for each in status] == [
        ("context", 0, 1, True),
        ("link", 0, 1, True),
        ("user", 1, 1, True),
    ]
    lines[1] = f"user,élève n° 1,{past.lina}"
    assert import_(app, tmp_path, lines)["lines"] == [
        {"line": 2, "error": "somebody has come by this id already, so it cannot be changed"}
    ]


def test_one_wrong_line_and_nothing_is_taken_in(past: Past, tmp_path: Path) -> None:
    app = make_app(past.engine, tmp_path)
    with Session(db.writing(past.engine)) as session:
        session.execute(sa.delete(LegacyId))
        other = Tenant(id=uuid7(), name="Another school")
        session.add(other)
        session.flush()
        stranger = new_person(session, other.id)
        session.commit()
    lines = [
        f"user,right,{past.lina}",
        f"person,1,{past.lina}",
        "user,2",
        "user,3,nobody",
        f"user,,{past.lina}",
        f"user,right,{past.lina}",
        f"user,4,{uuid4()}",
        f"user,5,{stranger}",
        f"context,6,{past.lina}",
        f"user,{'x' * 256},{past.lina}",
    ]
    told = import_(app, tmp_path, lines)
    assert [each["line"] for each in told["lines"]] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert told["error"] == "legacy-list"
    with Session(past.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(LegacyId)) == 0


@pytest.mark.parametrize(
    "content", [b"user,\xff,1", b'user,"open,1', b"\x00\x01", "user,\x07,1".encode("utf-16"), b"a" * 200_000]
)
def test_what_is_no_list_is_refused_in_words(past: Past, tmp_path: Path, content: bytes) -> None:
    told = import_(make_app(past.engine, tmp_path), tmp_path, content)
    assert (told["ok"], told["error"]) == (False, "legacy-list")
    assert told["lines"]


def test_a_list_for_nobody_is_refused(past: Past, tmp_path: Path) -> None:
    app = make_app(past.engine, tmp_path)
    assert import_(app, tmp_path, [f"user,1,{past.lina}"], key="unknown")["error"] == "not-found"
    assert "Nothing was taken in" not in run(app, "legacy", "status").output
