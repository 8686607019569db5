"""Claims: what is read of them, what is tolerated, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from binder.access import Role
from lti.claims import Ags, Context, DeepLinkingSettings, LaunchClaims, Presentation, ResourceLink
from lti.errors import ClaimInvalid, DeepLinkingInvalid, SubjectInvalid
from tests.conformance import platform
from tests.conformance.platform import AGS, CLIENT, DEEP_LINKING_SETTINGS, ISSUER, MEMBERSHIP, NRPS, L


def read(**more: Any) -> LaunchClaims:
    return LaunchClaims.read(platform.claims("n", **more), CLIENT)


def test_everything_is_read() -> None:
    claims = read()
    assert (claims.issuer, claims.client_id, claims.deployment_id) == (ISSUER, CLIENT, platform.DEPLOYMENT)
    assert claims.subject == "person-1"
    assert (claims.name, claims.given_name, claims.family_name) == ("Léa Martin", "Léa", "Martin")
    assert claims.resource_link == ResourceLink("link-1", "Les fractions", "Chapitre 3")
    assert claims.context == Context("class-6b", ("CourseSection",), "6B", "Sixième B")
    assert claims.presentation == Presentation("iframe", ISSUER + "/back", "fr")
    assert claims.ags == Ags(
        ("https://purl.imsglobal.org/spec/lti-ags/scope/score",), ISSUER + "/lineitems", None
    )
    assert claims.memberships_url == ISSUER + "/members"
    assert claims.deep_linking is None
    assert (claims.role, claims.test_user) == (Role.LEARNER, False)
    assert claims.raw["email"] == "lea@ent.example"


def test_nothing_personal_shows_in_logs() -> None:
    claims = read(**{L + "roles": [MEMBERSHIP + "Mentor"], L + "role_scope_mentor": ["child-1"]})
    for personal in ("person-1", "Léa", "Martin", "lea@", "child-1"):
        assert personal not in repr(claims)


def test_null_counts_as_absent() -> None:
    body: dict[str, Any] = dict.fromkeys(platform.claims("n")) | {L + "roles": []}
    claims = LaunchClaims.read(body, CLIENT)
    assert (claims.subject, claims.resource_link, claims.context, claims.ags, claims.memberships_url) == (
        None,
    ) * 5
    assert (claims.name, claims.locale, claims.custom, claims.roles) == ("", "", {}, ())
    assert claims.presentation == Presentation()


def test_integer_identifiers_are_their_digits() -> None:
    claims = read(sub=42, **{L + "resource_link": {"id": 7}, L + "context": {"id": 0}})
    assert claims.subject == "42"
    assert (claims.resource_link, claims.context) == (ResourceLink("7"), Context("0"))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("name", ["Léa"]),
        (L + "roles", MEMBERSHIP + "Learner"),
        (L + "roles", [1]),
        (L + "context", "class"),
        (L + "context", {"id": 1.5}),
        (L + "context", {"id": "x" * 256}),
        (L + "context", {"id": "c", "type": "CourseSection"}),
        (L + "resource_link", []),
        (L + "resource_link", {"id": True}),
        (L + "resource_link", {"id": "a\nb"}),
        (L + "custom", []),
        (L + "custom", {"a": {"b": "c"}}),
        (L + "launch_presentation", {"return_url": "javascript:alert(1)"}),
        (L + "launch_presentation", {"return_url": "https://[oops/back"}),
        (L + "launch_presentation", {"return_url": "https:///back"}),
        (L + "launch_presentation", {"return_url": "https://ent.example; script-src */back"}),
        (L + "launch_presentation", {"return_url": "https://ent.example:port/back"}),
        (L + "role_scope_mentor", "child"),
        (AGS, {"scope": "score"}),
        (AGS, {"lineitems": "/relative"}),
        (NRPS, {"context_memberships_url": 5}),
    ],
)
def test_claim_of_another_type_is_refused(claim: str, value: Any) -> None:
    with pytest.raises(ClaimInvalid) as caught:
        read(**{claim: value})
    assert caught.value.facts["claim"]


@pytest.mark.parametrize("subject", ["", "  ", "é", [], True])
def test_subject_must_be_an_identifier(subject: Any) -> None:
    with pytest.raises(SubjectInvalid):
        read(sub=subject)


def test_custom_parameters() -> None:
    sent = {
        "a": "x",
        "b": "$Context.id.history",
        "c": "",
        "d": None,
        "e": 3,
        "f": True,
        "g": "$5",
        "h": "a\x01b",
    }
    assert read(**{L + "custom": sent}).custom == {
        "a": "x", "b": "", "c": "", "d": "", "e": "3", "f": "true", "g": "$5", "h": "ab",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("person", "message", "locale"),
    [
        ("fr-FR", None, "fr-FR"),
        ("fr-FR", "de", "de"),
        ("fr_FR", "", "fr_FR"),
        ("<x>", "x" * 36, ""),
        (None, None, ""),
    ],
)
def test_locale_of_the_message_goes_first(person: str | None, message: str | None, locale: str) -> None:
    assert read(locale=person, **{L + "launch_presentation": {"locale": message}}).locale == locale


def test_unknown_document_target_is_left_out() -> None:
    assert (
        read(**{L + "launch_presentation": {"document_target": "hologram"}}).presentation.document_target
        == ""
    )


@pytest.mark.parametrize(
    ("roles", "children"),
    [(["Mentor"], ("c1", "c2")), (["Learner"], ()), (["Instructor", "Mentor"], ()), ([], ())],
)
def test_children_are_a_mentors_only(roles: list[str], children: tuple[str, ...]) -> None:
    """Core 5.4.6: role_scope_mentor is for the role Mentor."""
    assert read(**{L + "roles": roles, L + "role_scope_mentor": ["c1", "c2"]}).role_scope_mentor == children


SETTINGS: dict[str, Any] = {
    "deep_link_return_url": ISSUER + "/picked",
    "accept_types": ["ltiResourceLink", "link"],
    "accept_presentation_document_targets": ["iframe", "window"],
}


def test_deep_linking_settings() -> None:
    least = DeepLinkingSettings.read(SETTINGS)
    assert (least.accept_multiple, least.accept_lineitem, least.auto_create, least.data) == (
        False,
        None,
        False,
        None,
    )
    more = {
        "accept_multiple": "true",
        "accept_lineitem": False,
        "auto_create": True,
        "data": "",
        "title": "T",
    }
    full = DeepLinkingSettings.read(SETTINGS | more)
    assert (full.accept_multiple, full.accept_lineitem, full.auto_create, full.data) == (
        True,
        False,
        True,
        "",
    )
    assert read(**{DEEP_LINKING_SETTINGS: SETTINGS}).deep_linking == least


@pytest.mark.parametrize("name", SETTINGS)
def test_deep_linking_settings_must_be_complete(name: str) -> None:
    with pytest.raises(DeepLinkingInvalid):
        DeepLinkingSettings.read(SETTINGS | {name: None})


@pytest.mark.parametrize(
    ("name", "value"), [("accept_multiple", "yes"), ("data", {}), ("accept_types", "link")]
)
def test_deep_linking_settings_must_be_of_their_types(name: str, value: Any) -> None:
    with pytest.raises(ClaimInvalid):
        DeepLinkingSettings.read(SETTINGS | {name: value})
