"""History, proposals, sharing, library: the screens as people and other people's identifiers meet them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from binder.clock import now
from binder.colleagues import sharing
from binder.content import composing
from binder.models import Binder, Page, PageVersion, Proposal, Resource, Right, Share
from binder.resources import files
from tests.browser import chromium as running_chromium
from tests.exporters.shelf import PNG
from tests.lti.looks import screens
from tests.lti.school import School, open_school, served
from tests.lti.somebody import Somebody, somebody
from tests.lti.test_pages import enter, plain, press, reach, window, write

OURS = re.compile(r"^(histor|change|propos|shar|setting|librar)")


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


def ours(school: School) -> dict[str, tuple[str, str]]:
    return {name: it for name, it in screens(school).items() if OURS.match(name)}


# ---- who sees what ----


@pytest.mark.parametrize("who", ["pupil", "parent", "head", "nobody", "stranger"])
def test_pupils_families_and_heads_see_nothing_of_all_this(school: School, who: str) -> None:
    client = somebody(school, who)
    walked = 0
    for name, (_, path) in ours(school).items():
        client.open(path)
        assert client.status in (403, 404), f"{who} got {client.status} from {name}"
        walked += 1
    assert walked >= 24


def test_pupils_find_no_draft_and_no_version_on_any_screen_of_theirs(school: School) -> None:
    page = f"/lti/my/pages/{school.ids['page']}"
    teacher = somebody(school, "teacher")
    block = re.search(r'id="b-(\w+)"', teacher.open(f"{page}/edit"))
    assert block
    teacher.send(f"{page}/blocks/{block[1]}", html="<p>Mot-de-passe-du-brouillon</p>")
    assert "Mot-de-passe-du-brouillon" in teacher.open(f"{page}/changes")
    for name, (who, path) in screens(school).items():
        if who in ("pupil", "pupil2", "pupil3", "parent", "stranger"):
            assert "Mot-de-passe-du-brouillon" not in somebody(school, who).open(path), name
    assert "Mot-de-passe-du-brouillon" not in somebody(school, "newcomer").open(
        f"/lti/my/library/pages/{school.ids['page']}"
    )


def test_a_colleague_gets_as_far_as_their_right_leads(school: School) -> None:
    ids = school.ids
    reader, none = somebody(school, "colleague"), somebody(school, "newcomer")
    for path in (f"/lti/my/pages/{ids['page']}/history", f"/lti/my/binders/{ids['binder']}/sharing"):
        for colleague in (reader, none):
            colleague.open(path)
            assert colleague.status == 403
    for path in (f"/lti/my/shared/{ids['binder']}", f"/lti/my/shared/pages/{ids['page']}"):
        reader.open(path)
        none.open(path)
        assert (reader.status, none.status) == (200, 403)
    image = re.search(r'<img[^>]+src="([^"]+)"', reader.open(f"/lti/my/shared/pages/{ids['page']}"))
    assert image
    assert reader.client.get(image[1], buffered=True).status_code == 200
    assert none.client.get(image[1], buffered=True).status_code == 403
    shown = re.search(r'<img[^>]+src="([^"]+)"', none.open(f"/lti/my/library/pages/{ids['page']}"))
    assert shown
    assert none.client.get(shown[1], buffered=True).status_code == 200
    teacher = somebody(school, "teacher")
    teacher.open(f"/lti/my/binders/{ids['binder']}/settings")
    teacher.send(f"/lti/my/binders/{ids['binder']}/listing", action="unlist")
    assert none.client.get(shown[1], buffered=True).status_code == 403


# ---- history ----


def test_a_version_is_compared_named_and_brought_back(school: School) -> None:
    page = f"/lti/my/pages/{school.ids['page']}"
    teacher = somebody(school, "teacher")
    html = teacher.open(f"{page}/history")
    assert "Avant la sortie au lavoir" in html
    assert html.index("Telle qu’elle est") < html.index("Avant la sortie au lavoir")
    html = teacher.open(f"{page}/history/1")
    assert "ajouté : </span> aujourd’hui</ins>" in html.replace("\u202f", " ")
    assert "Rétablir ce bloc" in html
    base = re.findall(r'name="base" value="(\w*)"', html)
    restore = re.search(r'action="([^"]+/history/1/restore)"', html)
    assert restore
    stale = base[0]
    teacher.send(f"{page}/history/2/name", name="Essai")
    assert "Essai" in teacher.html
    teacher.open(f"{page}/edit")
    teacher.send(f"{page}/title", title="Un autre titre")
    teacher.open(f"{page}/history/1")
    html = teacher.send(f"{page}/history/1/restore", base=stale)
    assert teacher.status == 409
    assert "rien n’a été rétabli" in html
    assert "<del>" in html
    fresh = re.search(r'name="base" value="(\w*)"', html)
    assert fresh
    teacher.send(f"{page}/history/1/restore", base=fresh[1])
    assert teacher.status == 200
    assert "aujourd’hui" not in teacher.open(f"{page}")
    with school.begin() as session:
        numbers = session.scalar(
            sa.select(sa.func.max(PageVersion.number)).where(PageVersion.page_id == school.ids["page"])
        )
    assert numbers >= 4
    html = teacher.open(f"{page}/history/1")
    assert "exactement ainsi" in html
    assert "Rétablir la page" not in html


def test_one_block_is_brought_back_and_a_name_that_is_too_long_is_told(school: School) -> None:
    page = f"/lti/my/pages/{school.ids['page']}"
    teacher = somebody(school, "teacher")
    html = teacher.open(f"{page}/history/1")
    forms = re.findall(r'action="([^"]+/restore/\w+)">.*?name="base" value="(\w*)"', html, re.DOTALL)
    assert forms
    teacher.send(forms[0][0], base="0123456789abcdef")
    assert teacher.status == 409
    teacher.open(f"{page}/history/1")
    teacher.send(forms[0][0], base=forms[0][1])
    assert teacher.status == 200
    assert "aujourd’hui" not in teacher.open(page)
    teacher.open(f"{page}/history")
    html = teacher.send(f"{page}/history/1/name", name="x" * 300)
    assert teacher.status == 422
    assert "255 caractères" in html


def test_what_pupils_will_see_change_is_shown_before_publishing(school: School) -> None:
    page = f"/lti/my/pages/{school.ids['page']}"
    teacher = somebody(school, "teacher")
    html = teacher.open(f"{page}/changes")
    assert "L’eau change d’état, jamais de quantité." in html
    assert "Publier les changements" in html
    teacher.send(f"{page}/publish")
    html = teacher.open(f"{page}/changes")
    assert "rien ne changera" in html
    assert "<ins><span" not in html
    assert "Publier" not in re.sub(r"Publié\w*", "", html)


def test_old_versions_are_thinned_by_the_nightly_command(school: School) -> None:
    with school.begin() as session:
        long_ago = now() - timedelta(days=200)
        for version in session.scalars(sa.select(PageVersion)):
            version.saved_at, version.published_number = long_ago, None
        before = session.scalar(sa.select(sa.func.count()).select_from(PageVersion))
    assert "old versions of pages" in school.app.test_cli_runner().invoke(args=["lti", "tidy"]).output
    with school.begin() as session:
        left = session.scalars(sa.select(PageVersion)).all()
    assert 0 < len(left) < before
    assert {it.name for it in left} >= {"Avant la sortie au lavoir"}


# ---- proposals ----


def test_a_proposal_is_made_and_accepted_and_its_maker_learns_of_it(school: School) -> None:
    page = f"/lti/my/shared/pages/{school.ids['page']}"
    nora, teacher = somebody(school, "colleague"), somebody(school, "teacher")
    link = re.search(r'href="([^"]+/blocks/\w+)">Proposer une modification', nora.open(page))
    assert link
    with school.begin() as session:
        row = session.scalars(sa.select(Page).where(Page.id == school.ids["page"])).one()
        same = next(it["html"] for it in row.blocks if link[1].endswith(it["id"]))
    nora.open(link[1])
    html = nora.send(link[1], base=nora.field("base"), html=same, note="Pourquoi pas ?")
    assert nora.status == 422
    assert "rien ne changerait" in html
    assert ">Pourquoi pas ?</textarea>" in html
    nora.send(link[1], base=nora.field("base"), html="<p>Tout autre chose.</p>", note="Pourquoi pas ?")
    assert nora.status == 200
    assert "2 propositions pour cette page sont en attente" in nora.html
    html = teacher.open(f"/lti/my/binders/{school.ids['binder']}/proposals")
    newest = re.search(r'href="([^"]+/proposals/[\w-]+)"', html)
    assert newest
    html = teacher.open(newest[1])
    assert "<del>" in html
    assert "Pourquoi pas ?" in html
    teacher.send(newest[1], action="accept", answer="Merci Nora")
    assert "Acceptée par Claire Morel" in teacher.html
    assert "Tout autre chose." in teacher.open(f"/lti/my/pages/{school.ids['page']}")
    assert "Merci Nora" in nora.open(newest[1])
    # the older proposal was for the same block
    older = f"/lti/my/proposals/{school.ids['proposal']}"
    html = teacher.open(older)
    assert "Le bloc a été modifié après cette proposition." in html
    base = teacher.field("base")
    teacher.send(older, action="accept", base="0123456789abcdef")
    assert teacher.status == 409
    teacher.send(older, action="decline", answer="Trop tard")
    assert "Refusée par Claire Morel" in teacher.html
    teacher.open(f"/lti/my/binders/{school.ids['binder']}/settings")
    teacher.send(older, action="accept", base=base)
    assert "Refusée par Claire Morel" in teacher.html


def test_a_new_block_is_proposed_and_taken_back(school: School) -> None:
    path = f"/lti/my/shared/pages/{school.ids['page']}/blocks/new"
    nora = somebody(school, "colleague")
    nora.open(f"{path}?type=heading")
    nora.send(path, type="heading", text="Un nouvel intertitre", level="3")
    assert nora.status == 200
    mine = re.findall(r'href="([^"]+/proposals/[\w-]+)"', nora.html)
    html = nora.open(mine[0])
    assert "Un nouvel intertitre" in html
    nora.send(mine[0], action="withdraw")
    assert nora.status == 200
    with school.begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 2
    nora.open(f"{path}?type=activity")
    nora.send(path, type="activity")
    assert nora.status == 422


# ---- sharing, settings, library ----


def bring(nora: Somebody, path: str, **fields: Any) -> str:
    """Send the form of a proposal with a file."""
    data = {"token": nora.field("token"), "type": "image", "resource": "", "alt": "Une mare", **fields}
    answer = nora.client.post(
        path,
        data={**data, "file": (BytesIO(PNG), "mare.png")},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    nora.html, nora.status = answer.text, answer.status_code
    return nora.html


def test_a_proposal_brings_a_file_that_others_see_once_it_is_accepted(school: School) -> None:
    page, binder = school.ids["page"], school.ids["binder"]
    path = f"/lti/my/shared/pages/{page}/blocks/new"
    nora, teacher = somebody(school, "colleague"), somebody(school, "teacher")
    third = school.people["newcomer"].person_id
    assert third
    with school.begin() as session:
        sharing.share(session, school.people["teacher"], binder, third, Right.PROPOSE)
    html = nora.open(f"{path}?type=image")
    assert 'enctype="multipart/form-data"' in html
    before = files_of(school)
    bring(nora, path, note="x" * 3000)
    assert nora.status == 422
    assert "choisissez le fichier une nouvelle fois" in nora.html
    assert ">Une mare</textarea>" in nora.html
    assert files_of(school) == before, "what is refused keeps none"
    bring(nora, path, note="Plus parlant", credit="Nora H.", licence="CC BY 4.0", licence_other="")
    assert nora.status == 200
    (new,) = files_of(school) - before
    proposal = re.search(r'href="(/lti/my/proposals/[\w-]+)"', nora.html)
    assert proposal
    file = f"/lti/my/binders/{binder}/files/{new}"
    with school.begin() as session:
        row = session.scalars(sa.select(Resource).where(Resource.id == UUID(new))).one()
        assert (row.credit, row.licence) == ("Nora H.", "CC BY 4.0")
    waiting = {"colleague": 200, "teacher": 200, "newcomer": 404, "pupil": 403, "parent": 403, "head": 403}
    for who, status in waiting.items():
        assert somebody(school, who).client.get(file, buffered=True).status_code == status, who
    for place in (f"/lti/my/pages/{page}/files/{new}", f"/lti/my/read/pages/{page}/files/{new}"):
        assert somebody(school, "pupil").client.get(place, buffered=True).status_code in (403, 404)
    # a third colleague who names it in a proposal of their own gets no further, and the same bytes are another file
    paul = somebody(school, "newcomer")
    paul.open(f"{path}?type=image")
    paul.send(path, type="image", resource=new, alt="À moi ?")
    assert paul.status == 422
    assert paul.client.get(file, buffered=True).status_code == 404
    paul.open(f"{path}?type=image")
    bring(paul, path)
    assert paul.status == 200
    assert len(files_of(school) - before) == 2
    assert paul.client.get(file, buffered=True).status_code == 404
    html = teacher.open(proposal[1])
    assert f'src="{file}' in html
    teacher.send(proposal[1], action="accept")
    assert "Acceptée par Claire Morel" in teacher.html
    assert f"files/{new}" in teacher.open(f"/lti/my/pages/{page}")
    assert paul.client.get(file, buffered=True).status_code == 200


def test_another_file_is_proposed_for_a_block_and_declined(school: School) -> None:
    page, binder = school.ids["page"], school.ids["binder"]
    nora, teacher = somebody(school, "colleague"), somebody(school, "teacher")
    with school.begin() as session:
        viewer = school.people["teacher"]
        storage = school.app.extensions["lti"].storage
        own = files.add_file(session, viewer, binder, storage, BytesIO(PNG), name="avant.png")
        block = composing.add_block(
            session, viewer, page, {"type": "image", "resource": str(own.id), "alt": "Avant"}
        )
    before = files_of(school)
    path = f"/lti/my/shared/pages/{page}/blocks/{block['id']}"
    nora.open(path)
    bring(nora, path, resource=str(own.id), base=nora.field("base"))
    assert nora.status == 200
    (new,) = files_of(school) - before
    proposal = re.search(r'href="(/lti/my/proposals/[\w-]+)"', nora.html)
    assert proposal
    html = teacher.open(proposal[1])
    assert new in html
    teacher.send(proposal[1], action="decline")
    assert new not in teacher.open(f"/lti/my/pages/{page}")
    nora.open(path)
    nora.send(path, resource="x" * 5000, alt="Une mare", base=nora.field("base"), type="image")
    assert nora.status == 422


def files_of(school: School) -> set[str]:
    """Ids of all files of the school."""
    with school.begin() as session:
        return {str(id) for id in session.scalars(sa.select(Resource.id))}


def test_a_binder_is_shared_found_and_left(school: School) -> None:
    path = f"/lti/my/binders/{school.ids['fractions']}/sharing"
    teacher, nora = somebody(school, "teacher"), somebody(school, "colleague")
    html = teacher.open(f"{path}?q=haddad")
    person = teacher.field("person")
    assert "Nora Haddad" in html
    teacher.send(path, person=person, right="read")
    assert "Nora Haddad" in teacher.html
    assert "Les fractions" in nora.open("/lti/my/shared")
    teacher.send(f"{path}/{person}", base="propose", right="manage", action="change")
    assert teacher.status == 409
    assert "n’a pas été enregistré" in teacher.html
    teacher.send(f"{path}/{person}", base="read", right="manage", action="change")
    assert teacher.status == 200
    nora.open(path)
    assert nora.status == 200
    nora.send(f"{path}/{person}", base="manage", right="read", action="change")
    assert "<h1>Partagés avec moi</h1>" in nora.html
    nora.open(f"/lti/my/shared/{school.ids['fractions']}")
    nora.send(f"/lti/my/binders/{school.ids['fractions']}/leave")
    assert "Les fractions" not in nora.html
    with school.begin() as session:
        rows = session.scalars(sa.select(Share).where(Share.binder_id == school.ids["fractions"])).all()
    assert not rows


def test_settings_keep_what_was_typed_and_tell_of_a_colleague(school: School) -> None:
    path = f"/lti/my/binders/{school.ids['binder']}/settings"
    teacher = somebody(school, "teacher")
    teacher.open(path)
    base = teacher.field("base")
    first = {"title": "L’eau", "description": "Mot", "lang": "fr", "level": "5e", "subject": "SVT"}
    teacher.send(path, base=base, **first, level_other="ULIS", licence="CC BY-SA 4.0")
    assert 'value="ULIS"' in teacher.html
    html = teacher.send(path, base=base, **{**first, "title": "L’autre eau"}, licence="CC BY-SA 4.0")
    assert teacher.status == 409
    assert 'value="L’autre eau"' in html
    assert "<dd>L’eau</dd>" in html
    html = teacher.send(path, base=teacher.field("base"), **{**first, "title": ""}, licence="")
    assert teacher.status == 422
    assert "il manque un titre" in html
    html = teacher.send(path, base=teacher.field("base"), **first, licence="")
    assert "la bibliothèque en a besoin" in html
    with school.begin() as session:
        binder = session.scalars(sa.select(Binder).where(Binder.id == school.ids["binder"])).one()
        assert (binder.title, binder.licence, binder.level) == ("L’eau", "CC BY-SA 4.0", "ULIS")


def test_the_library_is_searched_read_and_copied_with_credit(school: School) -> None:
    paul = somebody(school, "newcomer")
    assert "1 classeur trouvé" in paul.open("/lti/my/library?q=goutte&level=cycle 4&subject=svt")
    assert "0 classeur trouvé" in paul.open("/lti/my/library?q=inconnu")
    html = paul.open(f"/lti/my/library/{school.ids['binder']}")
    assert "Les précipitations" not in html, "a draft"
    assert "garde la même licence" in html
    paul.send(f"/lti/my/library/{school.ids['binder']}/copy")
    assert paul.status == 200
    with school.begin() as session:
        copy = session.scalars(sa.select(Binder).order_by(Binder.id.desc()).limit(1)).one()
        assert copy.owner_id == school.people["newcomer"].person_id
        assert copy.credit.startswith("D’après « Le cycle de l’eau » de Claire Morel, CC BY-SA 4.0")
        titles = session.scalars(sa.select(Page.title).where(Page.binder_id == copy.id)).all()
        assert "Les précipitations" not in titles
        there = sa.select(sa.func.count()).where(
            Page.binder_id == school.ids["binder"], Page.published_number.is_not(None)
        )
        assert len(titles) == session.scalar(there)
    teacher = somebody(school, "teacher")
    teacher.open(f"/lti/my/binders/{school.ids['binder']}/settings")
    teacher.send(
        f"/lti/my/binders/{school.ids['binder']}/settings",
        base=teacher.field("base"),
        licence="other",
        licence_other="Demandez-moi",
    )
    assert "demandez à son auteur" in paul.open(f"/lti/my/library/{school.ids['binder']}")


# ---- in a browser ----


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_from_a_wish_to_a_restored_page_by_keyboard_alone(
    school: School, chromium: Browser, scripts: bool
) -> None:
    page_path = f"/lti/my/pages/{school.ids['page']}"
    with (
        served(school.app) as origin,
        window(
            chromium, origin, java_script_enabled=scripts, viewport={"width": 700, "height": 600}
        ) as there,
    ):
        page = there.look("teacher", f"/lti/my/binders/{school.ids['fractions']}/sharing")
        write(page, "Nom du collègue", "haddad")
        press(page, "button", "Chercher")
        reach(page, page.get_by_label("Droit de Nora Haddad"))
        page.keyboard.press("p")
        press(page, "button", re.compile("^Partager"))
        assert "Nora Haddad" in plain(page, ".rows")

        page = there.look("colleague", "/lti/my/shared")
        press(page, "link", "Les fractions, pas à pas")
        press(page, "link", "Partager en parts égales")
        press(page, "link", re.compile("^Proposer un nouveau bloc à la suite"))
        if not scripts:
            write(page, "Texte", "Une idée venue du clavier.")
        else:
            reach(page, page.locator("textarea[name=html]:visible, [contenteditable=true]").first)
            page.keyboard.type("Une idée venue du clavier.")
        write(page, "Pourquoi ? (facultatif)".replace(" ?", "\u202f?"), "Parce que.")
        press(page, "button", "Proposer")
        assert "1 proposition pour cette page est en attente" in plain(page, "main")

        page = there.look("teacher", f"/lti/my/binders/{school.ids['fractions']}/proposals")
        press(page, "link", re.compile("^Un nouveau bloc"))
        write(page, "Un mot à votre collègue (facultatif)", "Merci !")
        press(page, "button", "Accepter")
        assert "Acceptée par Claire Morel" in plain(page, "main")

        page = there.look("teacher", f"{page_path}/history")
        press(page, "link", re.compile(r"\d\d h \d\d$"))
        press(page, "link", "Comparer avec la version précédente")
        page = there.look("teacher", f"{page_path}/history/1")
        assert page.locator("ins").count() > 1
        press(page, "button", "Rétablir la page entière")
        page = there.look("teacher", f"{page_path}/history/1")
        assert "exactement ainsi" in plain(page, "main")

        page = there.look("newcomer", "/lti/my/library")
        write(page, "Mots", "goutte")
        enter(page)
        press(page, "link", "Le cycle de l’eau")
        press(page, "button", "Copier dans mes classeurs")
        assert "Le cycle de l’eau" in plain(page, "h1")
        assert not there.troubles
