"""What the demo ENT puts in for variables, and the claim with which LTI 1.1 is left behind."""

from dataclasses import replace
from typing import Any

import pytest

from examples.ent import Ent, Legacy, Privacy, legacy
from examples.ent.launches import Launch
from examples.ent.variables import NAMES, values
from tests.examples.ent_tool import LTI, FakeTool

DATES = {"submission": {"endDateTime": "2026-12-01T18:00:00+01:00"}}


def custom(ent: Ent, user: str = "lina", *names: str, **more: Any) -> dict[str, str]:
    """What somebody's launch says for these variables, or for all that are known."""
    asked = {name: f"${name}" for name in names or NAMES}
    link = ent.add_link("5A", title="Dictée", custom=asked, score_maximum=20)
    told = ent.messages.resource_link(user, link, **more)[f"{LTI}custom"]
    return {name: told[name] for name in asked}


def test_every_known_variable_is_replaced(ent: Ent) -> None:
    ent.options.time_zones = {"lina": "Pacific/Noumea"}
    told = custom(ent, document_target="iframe")
    class_id = ent.school_class("5A").id
    [link] = ent.links("5A")[1:]
    assert not [name for name, value in told.items() if value.startswith("$")]
    expected = {
        "User.id": ent.account("lina").id,
        "User.username": "lina",
        "Person.name.full": "Lina Benali",
        "Person.name.middle": "",
        "Person.email.primary": "lina@quatre-vents.test",
        "Person.address.timezone": "Pacific/Noumea",
        "Person.phone.mobile": "",
        "Context.id": class_id,
        "Context.label": "5A",
        "Context.id.history": "",
        "ResourceLink.id": link.id,
        "ResourceLink.title": "Dictée",
        "ResourceLink.id.history": "",
        "ResourceLink.available.startDateTime": "",
        "CourseSection.label": "5A",
        "CourseSection.numberOfStudents": "3",
        "Membership.status": "Active",
        "Message.documentTarget": "iframe",
        "Message.locale": "fr",
        "ToolPlatform.productFamilyCode": "classeur-ent",
        "ToolPlatformInstance.name": "Collège des Quatre-Vents",
        "LineItem.url": ent.addresses.line_item(class_id, ent.line_items("5A")[0].id, ent.tool),
    }
    assert {name: told[name] for name in expected} == expected
    assert told["Message.returnUrl"].endswith("/return")
    assert "membership#Learner" in told["Membership.role"]


def test_unknown_variables_and_plain_texts_stay(ent: Ent) -> None:
    asked = {
        "a": "$com.example.Secret",
        "b": "$User.id et plus",
        "c": "User.id",
        "d": "$ActualUser.id",
        "e": "$",
    }
    link = ent.add_link("5A", title="Dictée", custom=asked)
    told = ent.claims("lina", link)[f"{LTI}custom"]
    assert {name: told[name] for name in asked} == asked


def test_a_copy_tells_where_it_came_from(ent: Ent) -> None:
    from examples.ent import copying

    link = ent.add_link(
        "5A", title="Dictée", custom={"c": "$Context.id.history", "l": "$ResourceLink.id.history"}
    )
    origin = ent.school_class("5A")
    for label in ("5C", "5D"):
        with ent.database.writing() as connection:
            copied = copying.copy_class(
                connection, origin, label=label, title=label, teachers=[ent.account("morel")]
            )
        origin = copied
    last = ent.links("5D")[-1]
    told = ent.claims("morel", last)[f"{LTI}custom"]
    assert told["c"] == f"{ent.school_class('5C').id},{ent.school_class('5A').id}"
    assert told["l"] == f"{ent.links('5C')[-1].id},{link.id}"


@pytest.mark.parametrize(
    ("privacy", "untold"),
    [
        (Privacy.PUBLIC, set()),
        (Privacy.NAMES, {"Person.email.primary"}),
        (Privacy.EMAIL, {"Person.name.full", "User.username", "Person.sourcedId"}),
        (
            Privacy.ANONYMOUS,
            {"Person.name.full", "User.username", "Person.email.primary", "Membership.personSourcedId"},
        ),
    ],
)
def test_what_may_not_be_told_is_left_as_it_is(ent: Ent, privacy: Privacy, untold: set[str]) -> None:
    ent.privacy = privacy
    personal = ("Person.name.full", "User.username", "Person.sourcedId", "Person.email.primary", "User.id")
    told = custom(ent, "lina", *personal, "Membership.personSourcedId")
    left = {name for name, value in told.items() if value == f"${name}"}
    assert untold <= left
    assert "User.id" not in left
    ent.options.anonymous_sub = False
    assert (custom(ent, "lina", "User.id")["User.id"] == "$User.id") == (privacy is Privacy.ANONYMOUS)


def test_a_parents_variables_name_the_children(ent: Ent) -> None:
    told = custom(ent, "samira", "User.scope.mentor", "Membership.role.scope.mentor")
    assert set(told.values()) == {ent.account("lina").id}


def test_variables_that_need_a_class_or_a_link_stay_without(ent: Ent, tool: FakeTool) -> None:
    told = ent.messages.data_privacy(
        "admin",
        tool=replace(
            tool.registration, custom={"c": "$Context.id", "l": "$ResourceLink.id", "u": "$User.id"}
        ),
    )[f"{LTI}custom"]
    assert told == {"c": "$Context.id", "l": "$ResourceLink.id", "u": ent.account("admin").id}


def test_the_names_that_are_announced_are_those_that_are_known(ent: Ent) -> None:
    launch = Launch(
        account=ent.account("lina"),
        tool=ent.tool,
        school_class=ent.school_class("5A"),
        link=ent.link("5A"),
    )
    with ent.database.reading() as connection:
        assert set(values(ent, connection, launch)) == set(NAMES)


# LTI 1.1

KEY, SECRET = "179248902", "my-lti11-secret"
GOLDEN = {
    "iss": "https://lmsvendor.com",
    "aud": "PM48OJSfGDTAzAo",
    "exp": 1551290856,
    "nonce": "172we8671fd8z",
    f"{LTI}deployment_id": "689302",
}


@pytest.mark.parametrize("audience", ["PM48OJSfGDTAzAo", ["PM48OJSfGDTAzAo"]])
def test_the_old_key_signs_as_the_standard_shows(audience: Any) -> None:
    claims = {**GOLDEN, "aud": audience}
    assert legacy.sign(KEY, SECRET, claims) == "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps="
    assert legacy.sign(KEY, "another", claims) != legacy.sign(KEY, SECRET, claims)


def test_a_tool_of_the_time_of_lti_1_1_is_told_the_old_names(ent: Ent, tool: FakeTool) -> None:
    assert f"{LTI}lti1p1" not in ent.claims("lina", "5A")
    old = replace(tool.registration, legacy=Legacy(KEY, SECRET))
    ent.configured_tools = (old, *ent.configured_tools[1:])
    claims = ent.claims("lina", "5A")
    told = claims[f"{LTI}lti1p1"]
    assert told["oauth_consumer_key_sign"] == legacy.sign(KEY, SECRET, claims)
    assert told["user_id"] == legacy.old_id(claims["sub"]) != claims["sub"]
    assert told["context_id"] == legacy.old_id(claims[f"{LTI}context"]["id"])
    assert told["resource_link_id"] == legacy.old_id(claims[f"{LTI}resource_link"]["id"])
    assert "resource_link_id" not in ent.messages.context("lina", "5A")[f"{LTI}lti1p1"]
    ent.privacy, ent.options.anonymous_sub = Privacy.ANONYMOUS, False
    assert "user_id" not in ent.claims("lina", "5A")[f"{LTI}lti1p1"]
