"""The teacher's question bank on the web: keep, find, take, tag, take out; and nobody else's, ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.bank import lending
from binder.colleagues import sharing
from binder.content import authoring, composing
from binder.models import Activity, Binder, Page, Resource, Right
from binder.resources import files
from tests import factories
from tests.browser import chromium
from tests.exporters.shelf import PNG
from tests.lti.school import School, open_school, served
from tests.lti.somebody import Somebody, somebody
from tests.lti.test_pages import WCAG, axe_troubles, seen_troubles, window


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def teacher(school: School) -> Somebody:
    """The teacher, with a form's token at hand."""
    teacher = somebody(school, "teacher")
    teacher.open("/lti/my/binders")
    return teacher


def page_path(school: School) -> str:
    return f"/lti/my/pages/{school.ids['page']}"


def kept(school: School, *titles: str, tags: tuple[str, ...] = ()) -> list[UUID]:
    """Questions in the teacher's bank."""
    teacher, found = school.people["teacher"], []
    with school.begin() as session:
        for title in titles:
            made = authoring.save_activity(
                session, teacher, school.ids["fractions"], factories.choice(title=title)
            )
            question = lending.keep(session, teacher, made.id, tags=tags)
            found.append(question.id)
    return found


def asked(school: School, page: UUID) -> list[str]:
    """Titles of the questions on a page, as its draft has them."""
    tenant = school.people["teacher"].tenant_id
    with Session(school.engine) as session:
        own = session.get_one(Page, (tenant, page))
        names = [block["activity"] for block in own.blocks if block["type"] == "activity"]
        return [session.get_one(Activity, (tenant, UUID(name))).title for name in names]


def test_a_question_is_kept_from_its_form_and_found_in_the_bank(school: School, teacher: Somebody) -> None:
    path = f"{page_path(school)}/activity"
    teacher.open(f"{path}?activity={school.ids['activity']}")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', teacher.html))
    html = teacher.send(
        path,
        activity=fields["activity"],
        type="choice",
        title="Où va l’eau ?",
        prompt="Que fait le Soleil à l’océan ?",
        option=["Il l’évapore", "Il le gèle"],
        option_id=["", ""],
        correct="0",
        points="2",
        bank_tags="eau, 5e,, EAU",
        action="keep",
    )
    assert "gardé dans votre banque" in html
    html = teacher.open("/lti/my/bank?q=evapore")
    assert "Où va l’eau ?" in html
    assert re.findall(r'bank\?tag=([^"&]+)"', html) == ["eau", "5e"]
    assert "Aucune question" in teacher.open("/lti/my/bank?q=volcan")
    assert "Aucune question" in teacher.open("/lti/my/bank?type=true_false")
    assert "Où va l’eau ?" in teacher.open("/lti/my/bank?tag=5E")


def test_too_many_tags_are_told_and_nothing_is_lost(school: School, teacher: Somebody) -> None:
    path = f"{page_path(school)}/activity"
    teacher.open(f"{path}?type=choice")
    with Session(school.engine) as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(Activity))
    html = teacher.send(
        path,
        type="choice",
        title="Neuve",
        prompt="Que fait le Soleil ?",
        option=["Il chauffe", "Il gèle"],
        correct="0",
        bank_tags=",".join(map(str, range(30))),
        action="keep",
    )
    assert teacher.status == 422
    assert "vingt étiquettes au plus" in html
    assert 'value="Il chauffe"' in html
    with Session(school.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Activity)) == before
        assert session.scalar(sa.select(Binder.id).where(Binder.is_bank)) is None


def test_questions_are_put_on_a_page_behind_each_other(school: School, teacher: Somebody) -> None:
    ids = kept(school, "Un", "Deux", "Trois")
    page = school.ids["draft"]
    before = asked(school, page)
    html = teacher.open(f"/lti/my/bank?page={page}")
    assert "Prendre dans ma banque" in html
    teacher.send(f"/lti/my/pages/{page}/bank", question=[str(ids[0]), str(ids[2])], page=str(page))
    assert asked(school, page) == [*before, "Un", "Trois"]
    teacher.open(f"/lti/my/bank?page={page}")
    teacher.send(f"/lti/my/pages/{page}/bank", page=str(page))
    assert teacher.status == 422
    assert "cochez au moins une question" in teacher.html


def test_a_tag_fills_a_draw_and_only_once(school: School, teacher: Somebody) -> None:
    kept(school, "Un", "Deux", tags=("fractions",))
    kept(school, "Autre")
    page = school.ids["draft"]
    with school.begin() as session:
        block = composing.add_block(session, school.people["teacher"], page, {"type": "draw"})
    html = teacher.open(f"/lti/my/pages/{page}/edit")
    assert f"draw={block['id']}" in html
    for _ in range(2):
        html = teacher.open(f"/lti/my/bank?page={page}&draw={block['id']}&tag=fractions")
        assert "Ajouter toutes celles de l’étiquette « fractions »" in html
        teacher.send(f"/lti/my/pages/{page}/bank", page=str(page), draw=block["id"], all_of="fractions")
    tenant = school.people["teacher"].tenant_id
    with Session(school.engine) as session:
        saved = next(one for one in session.get_one(Page, (tenant, page)).blocks if one["type"] == "draw")
        titles = [session.get_one(Activity, (tenant, UUID(name))).title for name in saved["activities"]]
    assert titles == ["Un", "Deux"]
    html = teacher.open(f"/lti/my/pages/{page}/questions")
    assert "1 question est tirée au sort parmi celles-ci" in html


def test_a_newer_version_is_offered_and_taken(school: School, teacher: Somebody) -> None:
    (question,) = kept(school, "Un")
    page, tenant = school.ids["draft"], school.people["teacher"].tenant_id
    with school.begin() as session:
        copy = lending.take(session, school.people["teacher"], question, page).id
    path = f"/lti/my/pages/{page}/activity?activity={copy}"
    assert "version plus récente" not in teacher.open(path)
    with school.begin() as session:
        other = session.scalars(
            sa.select(Activity).where(Activity.origin_id == question, Activity.id != copy)
        ).one()
        authoring.save_activity(
            session,
            school.people["teacher"],
            school.ids["fractions"],
            factories.choice(title="Un, mieux"),
            activity_id=other.id,
        )
        lending.keep(session, school.people["teacher"], other.id)
    assert "version plus récente" in teacher.open(path)
    assert "Plus récente dans ma banque" in teacher.open(f"/lti/my/pages/{page}/questions")
    teacher.open(path)
    html = teacher.send(f"/lti/my/pages/{page}/questions/{copy}/renew")
    assert 'value="Un, mieux"' in html
    assert "version plus récente" not in html
    with Session(school.engine) as session:
        assert session.get_one(Activity, (tenant, copy)).number == 2


def test_tags_are_changed_and_a_question_is_taken_out_and_back(school: School, teacher: Somebody) -> None:
    (question,) = kept(school, "Un")
    path = f"/lti/my/bank/{question}"
    html = teacher.open(path)
    assert "de la vapeur" in html
    assert "bonne réponse" in html, "its author sees what is right"
    html = teacher.send(path, tags="eau, cycle 3")
    assert "étiquettes sont enregistrées" in html
    assert 'value="eau, cycle 3"' in html
    teacher.send(path, tags="x" * 60)
    assert teacher.status == 422
    html = teacher.send(path, action="remove")
    assert "masquée" in html
    assert path not in html
    assert path in teacher.open("/lti/my/bank?hidden=1")
    teacher.open(path)
    teacher.send(path, action="show")
    assert path in teacher.open("/lti/my/bank")


def test_a_question_that_was_never_used_is_deleted(school: School, teacher: Somebody) -> None:
    (question,) = kept(school, "Un")
    with school.begin() as session:
        for one in session.scalars(sa.select(Activity).where(Activity.origin_id == question)):
            one.origin_id = None
    teacher.open(f"/lti/my/bank/{question}")
    assert "La question est supprimée." in teacher.send(f"/lti/my/bank/{question}", action="remove")
    teacher.open(f"/lti/my/bank/{question}")
    assert teacher.status == 404


def test_a_picture_of_a_question_is_shown_to_its_owner_only(school: School, teacher: Somebody) -> None:
    viewer = school.people["teacher"]
    with school.begin() as session:
        storage = school.app.extensions["lti"].storage
        picture = files.add_file(
            session, viewer, school.ids["fractions"], storage, BytesIO(PNG), name="mare.png"
        )
        data = factories.choice(title="Image")
        data["body"]["prompt"] = f'<p>Où ?</p><p><img src="resource:{picture.id}" alt="Une mare"></p>'
        made = authoring.save_activity(session, viewer, school.ids["fractions"], data)
        question = lending.keep(session, viewer, made.id).id
    html = teacher.open(f"/lti/my/bank/{question}")
    address = re.search(r'src="(/lti/my/bank/files/[^"?]+)', html)
    assert address
    assert teacher.client.get(address[1], buffered=True).status_code == 200
    for who in ("newcomer", "colleague", "pupil", "parent", "head"):
        answer = somebody(school, who).client.get(address[1], buffered=True)
        assert answer.status_code in (403, 404), who


@pytest.mark.parametrize("who", ["newcomer", "colleague", "pupil", "parent", "head", "nobody", "stranger"])
def test_nobody_sees_another_s_bank(school: School, who: str) -> None:
    """Whatever their role, whatever is shared with them."""
    (question,) = kept(school, "Bien à moi", tags=("secret",))
    nora = school.people["colleague"].person_id
    assert nora
    with school.begin() as session:
        sharing.share(session, school.people["teacher"], school.ids["fractions"], nora, Right.MANAGE)
    other = somebody(school, who)
    html = other.open("/lti/my/bank")
    assert "Bien à moi" not in html
    assert "secret" not in html
    for path in (
        f"/lti/my/bank/{question}",
        "/lti/my/bank?q=bien",
        f"/lti/my/bank?page={school.ids['page']}",
    ):
        assert "Bien à moi" not in other.open(path)
    assert other.client.get(f"/lti/my/bank/{question}").status_code in (302, 303, 403, 404)


@pytest.mark.parametrize("who", ["newcomer", "colleague"])
def test_nobody_changes_another_s_bank(school: School, who: str) -> None:
    (question,) = kept(school, "Bien à moi")
    other = somebody(school, who)
    other.open("/lti/my/binders")
    with school.begin() as session:
        viewer = school.people[who]
        own = factories.page(session, viewer, factories.binder(session, viewer)).id
    for path, fields in (
        (f"/lti/my/bank/{question}", {"tags": "x"}),
        (f"/lti/my/bank/{question}", {"action": "remove"}),
        (f"/lti/my/pages/{own}/bank", {"question": str(question), "page": str(own)}),
    ):
        token = other.field("token")
        answer = other.client.post(path, data={"token": token, **fields})
        assert answer.status_code in (403, 404), path
    with Session(school.engine) as session:
        row = session.get_one(Activity, (school.people["teacher"].tenant_id, question))
        assert row.tags == []


SCREENS = (
    "binders/{bank}",
    "binders/{bank}/trash",
    "binders/{bank}/export",
    "binders/{bank}/sharing",
    "binders/{bank}/settings",
    "binders/{bank}/print",
    "binders/{bank}/proposals",
    "binders/{bank}/next-year",
    "library/{bank}",
    "shared/{bank}",
    "search?q=un&binder={bank}",
    "read/binders/{bank}",
)


@pytest.mark.parametrize("path", SCREENS)
def test_a_bank_is_no_binder_on_any_screen(school: School, teacher: Somebody, path: str) -> None:
    kept(school, "Bien à moi")
    with Session(school.engine) as session:
        own = session.scalars(sa.select(Binder.id).where(Binder.is_bank)).one()
    html = teacher.open("/lti/my/" + path.format(bank=own))
    assert teacher.status in (403, 404), path
    assert "Bien à moi" not in html


def test_odd_addresses_are_told_not_crashed(school: School, teacher: Somebody) -> None:
    kept(school, "Un")
    page = school.ids["draft"]
    for path in (
        "/lti/my/bank?page=x",
        f"/lti/my/bank?page={uuid4()}",
        f"/lti/my/bank/{uuid4()}",
        f"/lti/my/bank/{school.ids['activity']}",
        f"/lti/my/bank/files/{uuid4()}",
    ):
        teacher.open(path)
        assert teacher.status == 404, path
    teacher.open(f"/lti/my/bank?page={page}&draw=nothing&tag={'x' * 500}&q={'y ' * 400}&type=%00")
    assert teacher.status == 200
    for fields in ({"question": "x"}, {"question": str(uuid4())}, {"draw": "zz", "question": str(uuid4())}):
        teacher.open(f"/lti/my/bank?page={page}")
        teacher.send(f"/lti/my/pages/{page}/bank", page=str(page), **fields)
        assert teacher.status == 404, fields


def typed(html: str, **changes: Any) -> dict[str, Any]:
    """The fields of a choice's form as it stands."""
    hidden = dict(re.findall(r'<input type="hidden" name="(activity|type|lang)" value="([^"]*)"', html))
    return {
        **hidden,
        "title": "Un",
        "prompt": "Que fait le Soleil à l’océan ?",
        "option": re.findall(r'name="option" value="([^"]+)"', html),
        "option_id": re.findall(r'name="option_id" value="([^"]+)"', html),
        "correct": "0",
        "points": "2",
        **changes,
    }


def test_a_question_is_edited_in_the_bank_and_pages_keep_theirs_until_asked(
    school: School, teacher: Somebody
) -> None:
    (question,) = kept(school, "Un")
    page, tenant = school.ids["draft"], school.people["teacher"].tenant_id
    with school.begin() as session:
        copy = lending.take(session, school.people["teacher"], question, page).id
    path = f"/lti/my/bank/{question}/edit"
    assert f'href="{path}"' in teacher.open(f"/lti/my/bank/{question}")
    html = teacher.open(path)
    assert 'class="steps"' not in html, "it stands on no page"
    html = teacher.send(path, **typed(html, title="Un, mieux", bank_tags="eau, cycle 3"), action="save")
    assert "est enregistrée dans votre banque" in html
    assert "Version 2" in html
    assert 'value="eau, cycle 3"' in html
    with Session(school.engine) as session:
        assert session.get_one(Activity, (tenant, question)).title == "Un, mieux"
        assert session.get_one(Activity, (tenant, copy)).number == 1
    assert "version plus récente" in teacher.open(f"/lti/my/pages/{page}/activity?activity={copy}")
    html = teacher.send(f"/lti/my/pages/{page}/questions/{copy}/renew")
    assert 'value="Un, mieux"' in html


def test_the_form_in_the_bank_has_all_that_the_one_of_a_page_has(school: School, teacher: Somebody) -> None:
    (question,) = kept(school, "Un")
    tenant, path = school.people["teacher"].tenant_id, f"/lti/my/bank/{question}/edit"
    fields = typed(teacher.open(path))
    html = teacher.send(path, **fields, action="try")
    assert 'name="trial.choices"' in html
    seed = teacher.field("trial_seed")
    html = teacher.send(
        path, **fields, **{"trial.choices": fields["option_id"][0]}, trial_seed=seed, action="check"
    )
    assert "Juste" in html
    assert 'class="worth"' in teacher.send(path, **fields, action="table")
    html = teacher.send(path, **fields, pasted="un mot\nun autre", action="paste")
    assert 'value="un autre"' in html
    html = teacher.send(path, **fields, transform_to="order", action="transform")
    assert 'name="type" value="order"' in html
    html = teacher.send(path, **{**fields, "title": ""}, action="save")
    assert teacher.status == 422
    assert 'value="Il l’évapore"' in html or fields["option"][0] in html
    teacher.open(path)
    teacher.send(path, **fields, bank_tags=",".join(map(str, range(30))), action="save")
    assert teacher.status == 422
    with Session(school.engine) as session:
        assert session.get_one(Activity, (tenant, question)).number == 1
    for odd in ({"type": "nothing"}, {"points": "1/0"}, {"option": ["\x00"] * 300}):
        teacher.open(path)
        teacher.send(path, **{**fields, **odd}, action="save")
        assert teacher.status in (200, 422), odd


def test_a_file_comes_into_the_bank_with_a_form_or_in_pieces(school: School, teacher: Somebody) -> None:
    (question,) = kept(school, "Un")
    path, tenant = f"/lti/my/bank/{question}/edit", school.people["teacher"].tenant_id
    html = teacher.open(f"{path}")
    uploads = re.search(r'data-uploads="([^"]+)"', html)
    assert uploads
    fields = typed(html, type="hotspot", title="Où ?")
    data = {
        "token": teacher.field("token"),
        **{name: fields[name] for name in ("activity", "type", "title", "prompt", "points")},
        "resource": "",
        "picture_alt": "Une mare",
        "file": (BytesIO(PNG), "mare.png"),
        "action": "more",
    }
    answer = teacher.client.post(path, data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    shown = re.search(r'src="(/lti/my/bank/files/[^"?]+)"', answer.text)
    assert shown
    assert teacher.client.get(shown[1], buffered=True).status_code == 200
    headers = {"Tus-Resumable": "1.0.0", "X-Classeur-Token": teacher.field("token")}
    begun = teacher.client.post(uploads[1], headers={**headers, "Upload-Length": str(len(PNG))})
    assert begun.status_code == 201
    sent = teacher.client.patch(
        begun.headers["Location"],
        data=PNG,
        headers={
            **headers,
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
            "Accept": "application/json",
        },
    )
    assert sent.status_code == 200
    assert sent.json
    assert sent.json["url"].startswith("/lti/my/bank/files/")
    with Session(school.engine) as session:
        found = session.get_one(Resource, (tenant, UUID(sent.json["resource"])))
        assert found.binder_id == session.get_one(Activity, (tenant, question)).binder_id
    for who in ("newcomer", "colleague"):
        other = somebody(school, who)
        other.open("/lti/my/binders")
        token = {"X-Classeur-Token": other.field("token")}
        size = {"Upload-Length": str(len(PNG))}
        assert other.client.post(uploads[1], headers={**headers, **token, **size}).status_code in (403, 404)
        answer = other.client.head(begun.headers["Location"], headers=headers)
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize("who", ["newcomer", "colleague", "pupil", "parent", "head", "nobody", "stranger"])
def test_nobody_edits_another_s_question(school: School, who: str) -> None:
    (question,) = kept(school, "Bien à moi")
    other = somebody(school, who)
    html = other.open("/lti/my/binders")
    path = f"/lti/my/bank/{question}/edit"
    assert "Bien à moi" not in other.open(path)
    assert other.client.get(path).status_code in (302, 303, 403, 404)
    if 'name="token"' in html:
        sent = {"token": re.search(r'name="token" value="([^"]+)"', html)[1], "type": "choice"}  # type: ignore[index]
        assert other.client.post(path, data=sent).status_code in (403, 404)
    with Session(school.engine) as session:
        assert session.get_one(Activity, (school.people["teacher"].tenant_id, question)).number == 1


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "width"), [("fr", 375), ("en", 1280)])
def test_the_bank_s_screens_are_sound(school: School, lang: str, width: int) -> None:
    (question,) = kept(school, "Où va l’eau ?", tags=("eau",))
    paths = ("bank", f"bank/{question}", f"bank/{question}/edit", f"bank?page={school.ids['draft']}")
    troubles: list[str] = []
    with chromium(bare=True) as browser, served(school.app) as origin:
        with window(browser, origin, lang, viewport={"width": width, "height": 700}) as there:
            for path in paths:
                page = there.look("teacher", f"/lti/my/{path}")
                found = [*seen_troubles(page, lang), *axe_troubles(page, WCAG), *there.troubles]
                troubles += [f"{path}: {trouble}" for trouble in found]
                there.troubles.clear()
            page = there.look("teacher", f"/lti/my/bank/{question}/edit")
            page.locator("input[name=title]").fill("Sans enregistrer")
            page.wait_for_timeout(1000)  # the journal writes after a pause
            page.close()
            there.page = there.context.new_page()
            page = there.look("teacher", f"/lti/my/bank/{question}/edit")
            page.locator("[data-left=back]").click()
            page.wait_for_selector("form[data-dirty]")
            assert page.locator("input[name=title]").input_value() == "Sans enregistrer"
    assert not troubles, "\n".join(troubles)
