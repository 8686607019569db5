"""The sample school's binders, in the hands of their teachers."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from binder import db
from binder.access import Role, Viewer
from binder.content.authoring import publish
from binder.content.describing import list_binder
from binder.content.importing import import_binder
from binder.storage import FileStorage, Storage
from examples.demo.setting import CLIENT_ID, Setting
from examples.ent import create_ent
from examples.ent.platform import Ent
from examples.school import lessons
from lti import people
from lti.cli import register_platform
from lti.models import Registration

__all__ = ["AUTHORS", "fill", "prepare"]

AUTHORS = {"fractions": "haddad"}
"""Lesson → login of its teacher; the others are Mme Morel's."""


def prepare(setting: Setting) -> bool:
    """Make folder, keys, tables and school where they are missing.

    :return: whether the school was made now.
    """
    setting.folder.mkdir(parents=True, exist_ok=True)
    setting.private_key()
    app = create_ent(
        database=setting.folder / "ent.db",
        public_url=setting.ent_url,
        service_url=f"http://127.0.0.1:{setting.ent_port}",
        tool=setting.tool,
    )
    engine = db.create_engine(setting.database_url)
    try:
        db.upgrade(engine, ("binder", "lti"))
        with sessionmaker(db.writing(engine)).begin() as session:
            return fill(session, app.extensions["ent"], FileStorage(setting.files))
    finally:
        engine.dispose()


def fill(session: Session, ent: Ent, storage: Storage) -> bool:
    """Register the ENT and give its teachers their binders, published and in the school's library; once."""
    known = session.query(Registration).filter_by(client_id=CLIENT_ID).first() is not None
    registration = register_platform(
        session,
        tenant="Collège des Quatre-Vents",
        deployments=(ent.deployment_id,),
        issuer=ent.addresses.issuer,
        client_id=CLIENT_ID,
        name="ENT du collège des Quatre-Vents",
        authorization_endpoint=ent.addresses.authorization,
        token_endpoint=ent.addresses.token,
        jwks_uri=ent.addresses.jwks,
    )
    if known:
        return False
    tenant_id = registration.deployments[0].tenant_id
    for lesson in lessons():
        account = ent.account(AUTHORS.get(lesson.slug, "morel"))
        name = (f"{account.given_name} {account.family_name}", account.given_name, account.family_name)
        author = people.person(session, tenant_id, registration.issuer, account.id, name)
        viewer = Viewer(tenant_id=tenant_id, role=Role.INSTRUCTOR, person_id=author.id)
        binder = import_binder(session, viewer, lesson.document, storage, lesson.open)
        for page in binder.pages:
            publish(session, viewer, page.id)
        list_binder(session, viewer, binder.id)
    return True
