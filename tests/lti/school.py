"""A small school on SQLite whose screens tests and screenshots walk through; `X-…` cookies say who is looking."""

from __future__ import annotations

import atexit
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, request
from jinja2 import FileSystemBytecodeCache
from markupsafe import escape
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import WSGIRequestHandler, make_server

from binder import db, outbox
from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.blocks import digest
from binder.clock import frozen, now, uuid7
from binder.colleagues import proposing, sharing
from binder.content import authoring, composing, copying, describing, history
from binder.content.importing import import_binder
from binder.giving import assigning
from binder.marks import grading
from binder.models import Attempt, Audience, Binder, Page, Release, Right, Tenant
from binder.publication import opening, revisions
from binder.storage import FileStorage
from examples.school import lessons
from lti import kept_forms
from lti.ext import LTI
from lti.links.linking import Answer
from lti.tokens import Author
from lti.views import rendering
from lti.views.headers import protect
from lti.views.screens import render
from tests import factories

__all__ = ["School", "open_school", "served"]

PUPILS = (
    "Inès Amrani",
    "Tom Berger",
    "Louise Caron",
    "Yanis Diallo",
    "Zoé Étienne",
    "Maël Fournier-Delacroix",
)


@dataclass
class School:
    """A running app, who can look, and where the interesting things are."""

    app: Flask
    engine: sa.Engine
    begin: Callable[[], Any]
    people: dict[str, Viewer]
    ids: dict[str, UUID]

    def close(self) -> None:
        """Write the visits down and let go of the database."""
        self.app.extensions["lti"].visits.flush()
        self.engine.dispose()


class Quiet(WSGIRequestHandler):
    """A request handler that does not talk."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a port of this machine; its origin."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@cache
def _compiled() -> str:
    """A folder for compiled templates: the apps of all tests of this process have the same ones."""
    folder = mkdtemp(prefix="classeur-templates-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _app(engine: sa.Engine, storage: FileStorage, people: dict[str, Viewer]) -> Flask:
    app = Flask("school")
    app.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(_compiled())}
    app.secret_key = "test"

    def looking() -> Viewer | None:
        viewer = people.get(request.args.get("as", request.cookies.get("as", "")))
        return replace(viewer, locale=request.cookies.get("lang", "fr")) if viewer else None

    LTI(engine, storage=storage, viewer=looking).init_app(app)

    @app.get("/frame")
    def frame() -> str:
        """A platform's page that holds a screen in a frame."""
        return (
            "<!doctype html><html lang=fr><link rel=icon href='data:,'><title>ENT</title><script>heights = [];"
            "addEventListener('message', it => it.data.subject == 'lti.frameResize' && heights.push(it.data.height))"
            f"</script><iframe title=Classeur width=700 height=300 src='{escape(request.args['of'])}'></iframe>"
        )

    @app.get("/picked")
    def picked() -> Response:
        """The page that carries a teacher's choice to the platform."""
        answer = Answer(f"{request.host_url}platform", "a.b.c")
        return protect(render("picked.html", answer=answer))

    @app.post("/platform")
    def platform() -> str:
        """What a platform receives."""
        return f"JWT={escape(request.form['JWT'])}"

    return app


@dataclass(frozen=True)
class Furnished:
    """A school as it was made once in this process: its database, its files, and what is in it."""

    database: bytes
    files: Path
    people: dict[str, Viewer]
    ids: dict[str, UUID]


def _furnish(template: Path) -> Furnished:
    """Make the school once; the tests work in copies."""
    folder = Path(mkdtemp(prefix="classeur-school-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "school.db"
    path.write_bytes(template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    with sessionmaker(db.writing(engine), expire_on_commit=False).begin() as session:
        people, ids = _fill(session, FileStorage(folder / "files"))
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return Furnished(path.read_bytes(), folder / "files", people, ids)


_furnished: dict[Path, Furnished] = {}


def open_school(template: Path, folder: Path) -> School:
    """A school with four binders, one class and work in every state, in a copy of the database `template`."""
    for kept in (revisions._revisions, revisions._versions, rendering._kept):  # the copies have the same ids
        kept.clear()
    made = _furnished.get(template)
    if made is None:
        made = _furnished[template] = _furnish(template)
    path = folder / "school.db"
    path.write_bytes(made.database)
    shutil.copytree(made.files, folder / "files", dirs_exist_ok=True)
    engine = db.create_engine(f"sqlite:///{path}")
    storage = FileStorage(folder / "files")
    begin = sessionmaker(db.writing(engine), expire_on_commit=False).begin
    people, ids = dict(made.people), dict(made.ids)
    return School(_app(engine, storage, people), engine, begin, people, ids)


def _pages(session: Session, binder: Binder) -> list[Page]:
    session.expire(binder)
    return [page for chapter in binder.chapters for page in chapter.pages]


def _with_questions(pages: list[Page]) -> list[Page]:
    return [page for page in pages if any(block["type"] == "activity" for block in page.blocks)]


def _fill(session: Session, storage: FileStorage) -> tuple[dict[str, Viewer], dict[str, UUID]]:
    tenant = factories.tenant(session)
    klass = factories.audience(session, tenant)
    teacher = factories.viewer(session, tenant, klass)
    newcomer = factories.viewer(session, tenant, klass, name="Paul Nouveau")
    pupils = [factories.viewer(session, tenant, klass, role=Role.LEARNER, name=name) for name in PUPILS]
    children = frozenset(pupil.person_id for pupil in pupils[:2] if pupil.person_id)
    parent = factories.viewer(session, tenant, role=Role.MENTOR, name="Nadia Amrani", children=children)
    head = factories.viewer(session, tenant, role=Role.ADMINISTRATOR, name="Hélène Roux")
    people = {
        "teacher": teacher,
        "newcomer": newcomer,
        "pupil": pupils[0],
        "pupil2": pupils[1],
        "pupil3": pupils[4],
        "parent": replace(parent, audience_id=klass.id),
        "head": head,
        "nobody": replace(teacher, person_id=None),
        "stranger": replace(pupils[0], person_id=None),
    }
    binders = {
        lesson.slug: import_binder(session, teacher, lesson.document, storage, lesson.open)
        for lesson in lessons()
    }
    water, fractions = _pages(session, binders["cycle-de-l-eau"]), _pages(session, binders["fractions"])
    tale = _pages(session, binders["etude-de-texte"])
    week = timedelta(days=7)
    asked = _with_questions(water)
    marked = _give(session, teacher, asked[0], due_at=now() + week, max_attempts=2)
    by_hand = _give(
        session, teacher, _with_questions(fractions)[0], due_at=now() + week, release=Release.BY_HAND
    )
    late = _give(session, teacher, asked[1], opens_at=now() - 2 * week, due_at=now() - week)
    later = _give(session, teacher, _with_questions(tale)[0], opens_at=now() + week)
    free = _give(session, teacher, _with_questions(fractions)[1], max_attempts=0)
    for number, pupil in enumerate(pupils[:4]):
        done = _answer(session, pupil, marked, number, hand_in=True)
        if number == 0:
            grading.review(
                session,
                teacher,
                done.id,
                comment="Bravo Inès, ta lecture du schéma est précise.\nRegarde aussi https://www.eaufrance.fr/ !",
            )
        _answer(session, pupil, by_hand, number + 1, hand_in=number < 3)
    _answer(session, pupils[2], late, 0, hand_in=True)
    entries = list(session.scalars(sa.select(outbox.OutboxEntry)))
    entries[0].delivered_at, entries[0].due_at = now(), None
    entries[1].due_at, entries[1].error = None, "the platform answered 403: insufficient scope"
    page = water[1]
    authoring.change_page_title(session, teacher, page.id, title=page.title)
    copies = list(session.scalars(sa.select(Attempt).where(Attempt.assignment_id == by_hand)))
    first = session.scalars(sa.select(Attempt).where(Attempt.assignment_id == marked)).first()
    assert first is not None
    assert pupils[0].person_id is not None
    people["returner"] = _returner(session, tenant, klass)
    opening.open_to_class(session, teacher, binders["cycle-de-l-eau"].id)
    authoring.publish(session, teacher, water[-1].id)
    colleague, shared = _colleagues(session, tenant, teacher, binders, asked[0])
    people["colleague"] = colleague
    ids = {
        **shared,
        "binder": binders["cycle-de-l-eau"].id,
        "fractions": binders["fractions"].id,
        "page": asked[0].id,
        "activity": UUID(next(b["activity"] for b in asked[0].blocks if b["type"] == "activity")),
        "draft": tale[-1].id,
        "marked": marked,
        "by_hand": by_hand,
        "late": late,
        "later": later,
        "free": free,
        "copy": first.id,
        "unreturned": copies[0].id,
        "child": pupils[0].person_id,
        "audience": klass.id,
        "reading": water[-1].id,
    }
    return people, ids


def _returner(session: Session, tenant: Tenant, klass: Audience) -> Viewer:
    """A teacher whose session ended before they sent two forms."""
    returner = factories.viewer(session, tenant, klass, name="Léa Perrin")
    assert returner.person_id
    author = Author(tenant.id, returner.person_id)
    text = "<p>Un lac de montagne gèle par le haut : la glace flotte.</p>"
    kept_forms.keep(
        session, author, screen="create_binder", values={}, fields={"title": ["Les états de l’eau"]}
    )
    kept_forms.keep(
        session,
        author,
        screen="add_block",
        values={"page": str(uuid7())},
        fields={"html": [text], "type": ["text"]},
    )
    return returner


def _give(session: Session, teacher: Viewer, page: Page, **values: Any) -> UUID:
    return assigning.give(session, teacher, page.id, **values).id


def _answer(session: Session, pupil: Viewer, assignment: UUID, skill: int, *, hand_in: bool) -> Attempt:
    """The first pupil knows everything; the others choose one option after another."""
    late = session.get_one(assigning.Assignment, (pupil.tenant_id, assignment))
    revision = submitting.published(session, late.page)
    responses = {}
    for name, version in submitting.versions_of(session, revision).items():
        options = [option["id"] for option in version.body["options"]]
        responses[name] = {
            "choices": version.key["correct"] if skill == 0 else [options[skill % len(options)]]
        }
    act = submitting.hand_in if hand_in else submitting.save
    return act(session, pupil, assignment, revision.id, responses, number=1, seq=0)


def _colleagues(
    session: Session, tenant: Tenant, teacher: Viewer, binders: dict[str, Binder], page: Page
) -> tuple[Viewer, dict[str, UUID]]:
    """A colleague with whom binders are shared, who proposes changes and has copied one of the library."""
    klass = factories.audience(session, tenant, "4e C")
    nora = factories.viewer(session, tenant, klass, name="Nora Haddad")
    factories.viewer(session, tenant, klass, name="Étienne Harel")
    assert nora.person_id
    water, fractions = binders["cycle-de-l-eau"], binders["fractions"]
    sharing.share(session, teacher, water.id, nora.person_id, Right.PROPOSE)
    sharing.share(session, teacher, binders["etude-de-texte"].id, nora.person_id, Right.EDIT)
    text = next(block for block in page.blocks if block["type"] == "text")
    wished = {"html": text["html"].replace("<p>", "<p>À la maison, puis en classe : ", 1)}
    made = proposing.propose(
        session,
        nora,
        page.id,
        text["id"],
        wished,
        base=digest(text),
        note="Plus clair pour mes élèves de 4e\u202f?",
    )
    new = {"type": "callout", "kind": "retenir", "html": "<p>L’eau change d’état, jamais de quantité.</p>"}
    declined = proposing.propose_new(session, nora, page.id, new, after=text["id"])
    proposing.decline(session, teacher, declined.id, answer="Bonne idée, je le garde pour le bilan.")
    first = history.newest(session, page.tenant_id, page.id)
    if first is not None:
        first.begun_at = first.saved_at = now() - timedelta(days=6)
    with frozen(now() - timedelta(days=2)):
        composing.move_block(session, teacher, page.id, page.blocks[-1]["id"], by=-1)
        version = history.newest(session, page.tenant_id, page.id)
        assert version is not None
        history.name_version(session, teacher, page.id, version.number, "Avant la sortie au lavoir")
    with frozen(now() - timedelta(hours=3)):
        composing.move_block(session, teacher, page.id, page.blocks[-2]["id"], by=1)
        heading = next(block for block in page.blocks if block["type"] == "heading")
        changed = {**heading, "text": f"{heading['text']} aujourd’hui"}
        composing.change_block(session, teacher, page.id, heading["id"], changed, base=None)
        composing.add_block(session, teacher, page.id, new, after=heading["id"])
    for binder, values in (
        (
            water,
            {"subject": "SVT", "level": "5e", "description": "De la goutte à la nappe : l’eau sur Terre."},
        ),
        (fractions, {"subject": "mathématiques", "level": "6e", "licence": "CC BY-NC-ND"}),
    ):
        values.setdefault("description", binder.description or "Un classeur pour la classe.")
        describing.describe(session, teacher, binder.id, values, base=describing.state_of(binder))
        for sheet in _pages(session, binder)[:2]:
            if sheet.published_number is None:
                authoring.publish(session, teacher, sheet.id)
        describing.list_binder(session, teacher, binder.id)
    copy = copying.copy_binder(session, nora, water.id, published=True)
    return nora, {"proposal": made.id, "declined": declined.id, "copy_of": copy.id, "version": page.id}
