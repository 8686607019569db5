"""Content items of all types with all their properties, what is refused, and what a platform would take."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.claims import DEEP_LINKING, DeepLinkingSettings
from lti.errors import ClaimInvalid, ContentItemInvalid, ContentItemsRefused
from lti.protocol import deep_linking as dl
from lti.protocol.content_items import (
    Box,
    Column,
    ContentItem,
    File,
    Frame,
    Html,
    Image,
    Link,
    Period,
    Picture,
    ResourceLink,
    Review,
    Window,
)
from lti.protocol.deep_linking import Unfit
from lti.protocol.registrations import PlatformRegistration
from tests.conformance.platform import ISSUER, registration
from tests.lti.protocol.test_services import KEYS

URL = "https://tool.example/lti/open/1"
START = datetime(2026, 9, 1, 8, tzinfo=timezone(timedelta(hours=2)))
END = datetime(2026, 9, 8, 18, 30, tzinfo=UTC)
PICTURE = Picture(url="https://tool.example/icon.png", width=64, height=48)
PICTURE_JSON = {"url": "https://tool.example/icon.png", "width": 64, "height": 48}
COMMON: dict[str, Any] = {"title": "Titre", "text": "Texte", "icon": PICTURE, "thumbnail": PICTURE}
COMMON_JSON = {"title": "Titre", "text": "Texte", "icon": PICTURE_JSON, "thumbnail": PICTURE_JSON}

FULL: list[tuple[ContentItem, dict[str, Any]]] = [
    (
        ResourceLink(
            url=URL,
            window=Window(target_name="classeur", width=900, height=700, features="noopener"),
            iframe=Frame(width=800, height=600),
            custom={"placement": "1", "empty": ""},
            column=Column(
                score_maximum=Fraction(5, 2),
                label="Note",
                resource_id="r",
                tag="classeur",
                grades_released=False,
                review=Review(statuses=["Submitted"], label="Copie", url=URL, custom={"a": "b"}),
            ),
            available=Period(START),
            submission=Period(START, END),
            extensions={"https://vendor.example/own": {"any": 1}},
            **COMMON,
        ),
        {
            "type": "ltiResourceLink",
            **COMMON_JSON,
            "url": URL,
            "window": {
                "targetName": "classeur",
                "width": 900,
                "height": 700,
                "windowFeatures": "noopener",
            },
            "iframe": {"width": 800, "height": 600},
            "custom": {"placement": "1", "empty": ""},
            "lineItem": {
                "scoreMaximum": 2.5,
                "label": "Note",
                "resourceId": "r",
                "tag": "classeur",
                "gradesReleased": False,
                "submissionReview": {
                    "reviewableStatus": ["Submitted"],
                    "label": "Copie",
                    "url": URL,
                    "custom": {"a": "b"},
                },
            },
            "available": {"startDateTime": "2026-09-01T06:00:00Z"},
            "submission": {"startDateTime": "2026-09-01T06:00:00Z", "endDateTime": "2026-09-08T18:30:00Z"},
            "https://vendor.example/own": {"any": 1},
        },
    ),
    (
        Link(url=URL, embed="<p>a</p>", window=Window(), iframe=Frame(src=URL, height=300), **COMMON),
        {
            "type": "link",
            **COMMON_JSON,
            "url": URL,
            "embed": {"html": "<p>a</p>"},
            "window": {"targetName": "_blank"},
            "iframe": {"src": URL, "height": 300},
        },
    ),
    (
        File(url=URL, media_type="application/pdf", expires_at=END, **COMMON),
        {
            "type": "file",
            **COMMON_JSON,
            "url": URL,
            "mediaType": "application/pdf",
            "expiresAt": "2026-09-08T18:30:00Z",
        },
    ),
    (
        Html(html="<p>a</p>", title="Titre", text="Texte"),
        {"type": "html", "title": "Titre", "text": "Texte", "html": "<p>a</p>"},
    ),
    (
        Image(url=URL, size=Box(width=640, height=480), **COMMON),
        {"type": "image", **COMMON_JSON, "url": URL, "width": 640, "height": 480},
    ),
]


@pytest.mark.parametrize(("item", "told"), FULL, ids=[item.type for item, _ in FULL])
def test_items_with_all_their_properties(item: ContentItem, told: dict[str, Any]) -> None:
    assert item.as_json() == told
    assert json.loads(json.dumps(item.as_json())) == told


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (ResourceLink(), {"type": "ltiResourceLink"}),
        (ResourceLink(iframe=Frame()), {"type": "ltiResourceLink", "iframe": {"width": 800}}),
        (Link(url=URL), {"type": "link", "url": URL}),
        (File(url=URL), {"type": "file", "url": URL}),
        (Html(html="a"), {"type": "html", "html": "a"}),
        (Image(url=URL), {"type": "image", "url": URL}),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_what_is_not_known_is_left_out(item: ContentItem, told: dict[str, Any]) -> None:
    assert item.as_json() == told


WRONG: dict[str, Callable[[], object]] = {
    "title": lambda: Html(html="a", title="x" * 256),
    "text": lambda: Html(html="a", text="x" * 5001),
    "html": lambda: Html(html="  "),
    "icon": lambda: Html(html="a", icon=PICTURE),
    "url": lambda: Link(url="javascript:alert(1)"),
    "url ": lambda: Link(url="https://"),
    "url  ": lambda: Link(url="https://a.example:port/"),
    "url   ": lambda: Image(url=""),
    "iframe.src": lambda: Link(url=URL, iframe=Frame(width=3)),
    "iframe.src ": lambda: Frame(src="//a.example"),
    "width": lambda: Box(width=0),
    "height": lambda: Picture(url=URL, height=True),
    "width ": lambda: Window(width=10_001),
    "window.targetName": lambda: Window(target_name="x" * 256),
    "scoreMaximum": lambda: Column(score_maximum=0),
    "scoreMaximum ": lambda: Column(score_maximum=float("nan")),
    "scoreMaximum  ": lambda: Column(score_maximum=float("inf")),
    "scoreMaximum   ": lambda: Column(score_maximum=True),
    "label": lambda: Column(score_maximum=1, label="x" * 256),
    "reviewableStatus": lambda: Review(statuses=["Marked"]),
    "submissionReview.url": lambda: Review(url="ftp://a.example"),
    "submissionReview.custom.a": lambda: Review(custom={"a": 1}),  # type: ignore[dict-item]
    "custom": lambda: ResourceLink(custom={str(number): "" for number in range(51)}),
    "custom.a": lambda: ResourceLink(custom={"a": None}),  # type: ignore[dict-item]
    "startDateTime": lambda: Period(datetime(2026, 9, 1)),  # noqa: DTZ001
    "endDateTime": lambda: Period(END, END),
    "expiresAt": lambda: File(url=URL, expires_at=datetime(2026, 9, 1)),  # noqa: DTZ001
    "extension": lambda: Html(html="a", extensions={"own": 1}),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_item_that_nobody_could_take_is_not_made(name: str) -> None:
    with pytest.raises(ContentItemInvalid) as refused:
        WRONG[name]()
    assert refused.value.facts["property"] == name.strip()
    assert isinstance(refused.value, ContentItemsRefused)


@given(st.text(max_size=300) | st.text(max_size=20).map("https://{}".format))
def test_no_address_gets_through_that_is_none(text: str) -> None:
    try:
        item = Link(url=text)
    except ContentItemInvalid:
        return
    assert item.url.lower().startswith(("http://", "https://"))


def settings(**more: Any) -> DeepLinkingSettings:
    """All types and targets, several items."""
    usual = DeepLinkingSettings(
        return_url=ISSUER + "/picked",
        accept_types=("ltiResourceLink", "link", "file", "html", "image"),
        accept_targets=("embed", "iframe", "window"),
        accept_multiple=True,
    )
    return replace(usual, **more)


COLUMN = ResourceLink(url=URL, column=Column(score_maximum=3)).as_json()
PDF, PNG = (File(url=URL, media_type=media_type).as_json() for media_type in ("application/pdf", "image/png"))


@pytest.mark.parametrize(
    ("limits", "item", "reason"),
    [
        ({}, COLUMN, None),
        ({"accept_types": ("link",)}, COLUMN, Unfit.TYPE),
        ({"accept_types": ()}, {}, Unfit.TYPE),
        ({"accept_lineitem": False}, COLUMN, Unfit.LINE_ITEM),
        ({"accept_lineitem": True}, COLUMN, None),
        ({"accept_targets": ("embed",)}, COLUMN, None),
        ({"accept_targets": ("embed",)}, Link(url=URL).as_json(), Unfit.TARGET),
        ({"accept_targets": ("window",)}, Html(html="a").as_json(), Unfit.TARGET),
        ({"accept_targets": ("iframe",)}, Image(url=URL).as_json(), Unfit.TARGET),
        ({"accept_targets": ("window",)}, Image(url=URL).as_json(), None),
        ({"accept_media_types": ("image/*",)}, PDF, Unfit.MEDIA_TYPE),
        ({"accept_media_types": ("image/*",)}, PNG, None),
        ({"accept_media_types": ("text/plain", "application/pdf")}, PDF, None),
        ({"accept_media_types": ("*/*",)}, PDF, None),
    ],
)
def test_what_a_platform_would_take(
    limits: dict[str, Any], item: dict[str, Any], reason: Unfit | None
) -> None:
    assert dl.unfit(settings(**limits), item) is reason


def respond(wanted: DeepLinkingSettings, *items: ContentItem | dict[str, Any], **more: str) -> dict[str, Any]:
    """The claims of the answer."""
    row = registration(algorithms=["RS256"], status="active", policy="auto")
    platform = PlatformRegistration.of(row, KEYS)
    token = dl.response(platform, "deployment-1", wanted, items, **more)
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_the_answer_holds_all_items_and_all_four_messages() -> None:
    items = [item for item, _ in FULL]
    body = respond(settings(), *items, message="a", log="b", error_message="c", error_log="d")
    assert body[DEEP_LINKING + "content_items"] == [told for _, told in FULL]
    told = {name: body[DEEP_LINKING + name] for name in ("msg", "log", "errormsg", "errorlog")}
    assert told == {"msg": "a", "log": "b", "errormsg": "c", "errorlog": "d"}


@pytest.mark.parametrize("data", [None, "", "opaque ≠ \n"])
def test_data_comes_back_exactly(data: str | None) -> None:
    body = respond(settings(data=data))
    assert body.get(DEEP_LINKING + "data") == data
    assert (DEEP_LINKING + "data" in body) is (data is not None)
    assert body[DEEP_LINKING + "content_items"] == []


@pytest.mark.parametrize(
    ("limits", "items", "reason"),
    [
        ({"accept_multiple": False}, [PNG, PNG], "several"),
        ({}, [PNG] * 51, "too-many"),
        ({"accept_types": ("link",)}, [PNG], "type"),
        ({"accept_lineitem": False}, [COLUMN], "line-item"),
    ],
)
def test_an_answer_that_would_be_refused_is_not_signed(
    limits: dict[str, Any], items: list[dict[str, Any]], reason: str
) -> None:
    with pytest.raises(ContentItemsRefused) as refused:
        respond(settings(**limits), *items)
    assert refused.value.facts["reason"] == reason


def read(**more: Any) -> DeepLinkingSettings:
    """The settings of a request."""
    usual = {
        "deep_link_return_url": ISSUER + "/picked",
        "accept_types": ["file"],
        "accept_presentation_document_targets": ["window"],
    }
    return DeepLinkingSettings.read(usual | more)


@pytest.mark.parametrize(
    ("text", "media_types"),
    [
        ("image/*, Application/PDF,", ("image/*", "application/pdf")),
        ("", ()),
        (None, ()),
    ],
)
def test_media_types_are_a_list_with_commas(text: str | None, media_types: tuple[str, ...]) -> None:
    assert read(accept_media_types=text).accept_media_types == media_types


def test_media_types_that_are_no_text_are_refused() -> None:
    with pytest.raises(ClaimInvalid):
        read(accept_media_types=["image/*"])
