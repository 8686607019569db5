"""Launches of every sort, signed by the demo ENT's own key: roles, anonymous people, test users, keys that change."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa

from binder.models import Attempt, Membership, OutboxEntry, Person
from lti.models import Launch
from tests.flows.test_gradebook import answer, give, page_with_activity
from tests.flows.world import Visitor, World

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
Change = Callable[[dict[str, Any]], None]


def nothing(claims: dict[str, Any]) -> None:
    """No change."""


def launch(
    world: World, login: str, change: Change = nothing, label: str = "5A", **signing: Any
) -> tuple[Visitor, requests.Response]:
    """A launch with changed claims: our login is asked, the ENT signs, the browser posts."""
    visitor = world.visitor()
    tool = world.ent.tool
    params = {"iss": world.ent.addresses.issuer, "login_hint": "x", "target_link_uri": tool.launch_url}
    params["client_id"] = tool.client_id
    tried = visitor.http.get(tool.login_url, params=params, allow_redirects=False)  # is given a cookie
    assert tried.status_code == 307
    begun = visitor.http.get(tool.login_url, params=params, allow_redirects=False)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["Location"]).query).items()}
    claims = world.ent.claims(login, label, nonce=asked["nonce"])
    change(claims)
    data = {"state": asked["state"], "id_token": world.ent.sign(claims, **signing)}
    visitor.page = visitor.http.post(tool.launch_url, data=data)
    return visitor, visitor.page


def test_an_anonymous_pupil_reads_and_leaves_no_trace(world: World) -> None:
    assignment = give(world, page_with_activity(world))
    visitor, page = launch(world, "lina", lambda claims: claims.pop("sub"))
    assert page.ok
    visitor.open(f"/work/{assignment}")
    assert visitor.page.ok
    assert not [form for form in visitor.forms() if form[1].endswith(assignment)]
    with world.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0
        assert session.scalars(sa.select(Launch.person_id).order_by(Launch.id.desc())).first() is None


def test_an_anonymous_teacher_is_told_why_nothing_can_be_owned(world: World) -> None:
    _, page = launch(world, "morel", lambda claims: claims.pop("sub"))
    assert page.ok
    assert page.url.endswith("/nameless")


def test_names_may_all_be_missing(world: World) -> None:
    def without_names(claims: dict[str, Any]) -> None:
        for name in ("name", "given_name", "family_name", "email"):
            claims.pop(name, None)

    _, page = launch(world, "tom", without_names)
    assert page.ok


def test_a_test_user_is_on_no_list_and_sends_no_grade(world: World) -> None:
    assignment = give(world, page_with_activity(world))

    def preview(claims: dict[str, Any]) -> None:
        claims["sub"] = "preview-1"
        claims[LTI + "roles"] = [
            MEMBERSHIP + "Learner",
            "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
        ]

    visitor, _ = launch(world, "lina", preview)
    visitor.open(f"/work/{assignment}")
    visitor.send(f"/work/{assignment}", action="hand-in", **answer(visitor))
    assert visitor.page.ok
    with world.session() as session:
        assert session.scalars(sa.select(Person.is_test).where(Person.is_test)).all() == [True]
        events = session.scalars(sa.select(OutboxEntry.event)).all()
    assert "grade.released" not in events
    teacher, _ = launch(world, "morel")
    teacher.open(f"/given/{assignment}")
    assert "preview-1" not in teacher.page.text


@pytest.mark.parametrize(
    ("role", "screen"),
    [
        ("Instructor", "/binders"),
        (MEMBERSHIP + "Instructor", "/binders"),
        ("http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant", "/binders"),
        (MEMBERSHIP + "Learner", "/work"),
        (MEMBERSHIP + "Mentor", "/family"),
        (MEMBERSHIP + "Administrator", "/overview"),
        ("http://purl.imsglobal.org/vocab/lis/v2/membership/Learner#Instructor", "/work"),
        ("https://example.com/roles#Wizard", "/work"),
    ],
)
def test_each_role_has_its_first_screen(world: World, role: str, screen: str) -> None:
    def with_role(claims: dict[str, Any]) -> None:
        claims[LTI + "roles"] = [role]

    _, page = launch(
        world, "samira" if "Mentor" in role else "hugo", with_role, "5A" if "Mentor" in role else "5B"
    )
    assert page.ok
    assert page.url.endswith(screen)


def test_a_role_that_changes_is_the_new_one(world: World) -> None:
    launch(world, "hugo", label="5B")

    def teaching(claims: dict[str, Any]) -> None:
        claims[LTI + "roles"] = ["Instructor"]

    launch(world, "hugo", teaching, "5B")
    with world.session() as session:
        query = sa.select(Membership.role).join(Person, Person.id == Membership.person_id)
        assert session.scalars(query.where(Person.display_name.like("Hugo%"))).all() == ["Instructor"]


def test_a_parent_sees_their_own_children_of_that_class_only(world: World) -> None:
    launch(world, "samira")
    while world.tool.deliver():  # the class list, with the children's names
        pass
    _, page = launch(world, "samira")
    assert "Lina" in page.text
    assert "Adam" not in page.text

    def of_nobody(claims: dict[str, Any]) -> None:
        claims.pop(LTI + "role_scope_mentor")

    _, page = launch(world, "paul", of_nobody)
    assert page.ok
    assert "Tom" not in page.text.replace("Paul", "")


def test_a_launch_that_is_sent_again_opens_nothing_new(world: World) -> None:
    """Reload, or back and forth: the browser that opened the session is led to it, and nobody else."""
    visitor = world.visitor()
    visitor.sign_in("lina")
    visitor.get(f"{world.ent_url}/links/{world.ent.link('5A').id}/launch")
    visitor.send("/lti/login")
    method, address, fields = next(form for form in visitor.forms() if "/lti/launch" in form[1])
    first = visitor.http.post(address, data=fields)
    again = visitor.http.post(address, data=fields)
    stranger = world.visitor().http.post(address, data=fields)
    assert (method, first.status_code, again.status_code) == ("post", 200, 200)
    assert again.url == first.url
    assert stranger.status_code == 400
    assert "lti_errormsg" not in stranger.text
    with world.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Launch)) == 1


def test_the_platform_may_change_its_key(world: World) -> None:
    _, before = launch(world, "lina")
    world.ent.rotate_key()
    _, after = launch(world, "lina")
    assert (before.status_code, after.status_code) == (200, 200)


def test_the_error_page_has_a_reference_and_tells_no_secrets(world: World) -> None:
    visitor, page = launch(world, "lina", key=world.ent.foreign_key())
    assert page.status_code == 401
    assert "Référence" in page.text
    assert "eyJ" not in page.text


def test_who_is_refused_after_their_platform_was_believed_finds_the_way_back(world: World) -> None:
    def elsewhere(claims: dict[str, Any]) -> None:
        claims[LTI + "deployment_id"] = "another-school"

    visitor, page = launch(world, "lina", elsewhere)
    assert page.status_code == 403
    back = re.search(r'href="([^"]+lti_errormsg[^"]+)"', page.text)
    assert back
    visitor.sign_in("lina")
    assert "pas activ" in visitor.get(unescape(back[1])).text

    def broken(claims: dict[str, Any]) -> None:
        elsewhere(claims)
        claims[LTI + "launch_presentation"] = {"return_url": "javascript:alert(1)"}

    _, page = launch(world, "lina", broken)
    assert "javascript" not in page.text


def test_a_forged_token_gives_no_way_anywhere(world: World) -> None:
    _, page = launch(world, "lina", key=world.ent.foreign_key())
    assert "lti_errormsg" not in page.text


def test_two_tabs_are_two_people(world: World) -> None:
    """One browser, a teacher in one tab and a pupil in the other: cookies have their launch's path."""
    visitor, first = launch(world, "morel")
    tool = world.ent.tool
    params = {"iss": world.ent.addresses.issuer, "login_hint": "x", "target_link_uri": tool.launch_url}
    begun = visitor.http.get(tool.login_url, params=params, allow_redirects=False)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["Location"]).query).items()}
    token = world.ent.sign(world.ent.claims("lina", "5A", nonce=asked["nonce"]))
    second = visitor.http.post(tool.launch_url, data={"state": asked["state"], "id_token": token})
    assert second.url.endswith("/work")
    assert visitor.http.get(first.url).url.endswith("/binders")
    assert visitor.http.get(first.url).ok


def test_deep_linking_puts_a_page_into_the_class_with_its_column(world: World) -> None:
    lesson = page_with_activity(world)
    teacher = world.visitor()
    teacher.sign_in("morel")
    class_ = world.ent.school_class("5B")
    teacher.get(f"{world.ent_url}/classes/{class_.id}")
    teacher.send(f"/classes/{class_.id}/activities")
    teacher.send("/lti/login")
    teacher.send("/lti/launch")
    assert teacher.page.url.endswith("/link"), teacher.page.text
    teacher.send("/link", page=str(lesson.id))
    teacher.send("/deep-linking/return")
    assert teacher.page.ok, teacher.page.text
    link = next(link for link in world.ent.links("5B") if link.title == lesson.title)
    assert [item.label for item in world.ent.line_items("5B")] == [lesson.title]

    pupil = world.visitor()
    pupil.sign_in("jade")
    pupil.launch(link.id)
    assert "/work/" in pupil.page.url
    pupil.send("/work/", action="hand-in", **answer(pupil))
    while world.tool.deliver():
        pass
    assert [cell.user.login for cell in world.ent.scores("5B")] == ["jade"]
    assert len(world.ent.line_items("5B")) == 1, "the link's own column is used, no second one is made"
