"""Asset processor: the notice that something was handed in, the two messages around it, and its content item.

Classeur takes none of them by itself: a launch of such a type is refused, and such notices are not asked for. A package
that processes assets registers them where it starts:

messages.register(SETTINGS_REQUEST, screen="…", keep=kept_settings)(check_settings_request)
messages.register(REPORT_REVIEW, screen="…", keep=kept_review)(check_report_review)
noticing.on(SUBMISSION_NOTICE, keep=kept_submission)(…)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lti.claims import CLAIM, CUSTOM, ROLES, LaunchClaims
from lti.errors import ClaimInvalid, MessageIncomplete, RolesMissing
from lti.protocol.assets import ASSET_SERVICE, Asset
from lti.protocol.content_items import ContentItem
from lti.protocol.item_parts import Frame, Window, check_custom, check_url, said
from lti.values import identifier_of, mapping_of, text_of, url_of

__all__ = [
    "REPORT_REVIEW",
    "SETTINGS_REQUEST",
    "SUBMISSION_NOTICE",
    "AssetProcessor",
    "ReportPage",
    "Submission",
    "check_report_review",
    "check_settings_request",
    "kept_review",
    "kept_settings",
    "kept_submission",
]

SUBMISSION_NOTICE = "LtiAssetProcessorSubmissionNotice"
SETTINGS_REQUEST = "LtiAssetProcessorSettingsRequest"
REPORT_REVIEW = "LtiReportReviewRequest"

ASSET_REPORT, REPORT_TYPE = CLAIM + "assetreport", CLAIM + "assetreport_type"
ASSET, ACTIVITY, SUBMISSION = CLAIM + "asset", CLAIM + "activity", CLAIM + "submission"
FOR_USER = CLAIM + "for_user"
MOST_ASSETS = 200
"""Of one submission."""
MOST_CUSTOM = 50
LONGEST = {"title": 255, "value": 2_000}


def _id(claims: Mapping[str, Any], claim: str, member: str = "id") -> str:
    """:raises MessageIncomplete: if the claim has no such identifier."""
    found = identifier_of(mapping_of(claims, claim), member)
    if found is None:
        raise MessageIncomplete(f"{claim.removeprefix(CLAIM)}.{member}")
    return found


def _custom(claims: Mapping[str, Any]) -> dict[str, str]:
    custom = LaunchClaims.read({CUSTOM: claims.get(CUSTOM)}, "").custom
    if len(custom) > MOST_CUSTOM:
        raise ClaimInvalid(f"more than {MOST_CUSTOM} custom parameters", claim=CUSTOM)
    return {name[: LONGEST["title"]]: value[: LONGEST["value"]] for name, value in custom.items()}


def _title(claims: Mapping[str, Any]) -> str:
    return text_of(mapping_of(claims, ACTIVITY), "title")[: LONGEST["title"]]


@dataclass(frozen=True, slots=True)
class Submission:
    """What the notice tells: somebody has handed something in, which waits to be processed."""

    activity_id: str
    activity_title: str
    id: str
    assets: tuple[Asset, ...]
    report_url: str
    """Where reports of them go: `asset_reports.send_report`."""
    for_user: str | None = field(repr=False)
    """The platform's id of who has handed it in, where it tells that."""
    custom: Mapping[str, str] = field(default_factory=dict, repr=False)
    """As the content item has asked for them."""

    @classmethod
    def read(cls, claims: Mapping[str, Any]) -> Submission:
        """From the claims of a notice, or from what `kept_submission` has kept of them.

        :raises LaunchRefused: if it lacks something, or something is not of its type.
        """
        service = mapping_of(claims, ASSET_SERVICE)
        listed = service.get("assets")
        if not isinstance(listed, list):
            raise MessageIncomplete("assetservice.assets")
        if len(listed) > MOST_ASSETS:
            raise ClaimInvalid(f"more than {MOST_ASSETS} assets", claim=ASSET_SERVICE)
        report_url = url_of(mapping_of(claims, ASSET_REPORT), "report_url")
        if report_url is None:
            raise MessageIncomplete("assetreport.report_url")
        return cls(
            activity_id=_id(claims, ACTIVITY),
            activity_title=_title(claims),
            id=_id(claims, SUBMISSION),
            assets=tuple(Asset.read(each) for each in listed),
            report_url=report_url,
            for_user=identifier_of(mapping_of(claims, FOR_USER), "user_id"),
            custom=_custom(claims),
        )


def kept_submission(claims: Mapping[str, Any]) -> dict[str, Any]:
    """What of a notice is to be kept until it is acted on, as plain JSON; no name of a person.

    :raises LaunchRefused: see `Submission.read`.
    """
    read = Submission.read(claims)
    return {
        ACTIVITY: said(id=read.activity_id, title=read.activity_title),
        SUBMISSION: {"id": read.id},
        ASSET_SERVICE: {"assets": [asset.as_json() for asset in read.assets]},
        ASSET_REPORT: {"report_url": read.report_url},
        FOR_USER: said(user_id=read.for_user),
        CUSTOM: dict(read.custom),
    }


def kept_settings(claims: LaunchClaims) -> dict[str, Any]:
    """Of whose activity the settings are."""
    return {"activity_id": _id(claims.raw, ACTIVITY), "activity_title": _title(claims.raw)}


def check_settings_request(claims: LaunchClaims) -> None:
    """A teacher opens the settings of a processor at an activity.

    :raises LaunchRefused: if it lacks roles or the activity.
    """
    if claims.raw.get(ROLES) is None:
        raise RolesMissing("no roles claim")
    kept_settings(claims)


def kept_review(claims: LaunchClaims) -> dict[str, Any]:
    """Which report is to be shown; `for_user` is whose work it is about, None where the platform does not tell."""
    report_type = text_of(claims.raw, REPORT_TYPE)
    if not report_type:
        raise MessageIncomplete("assetreport_type")
    return {
        "activity_id": _id(claims.raw, ACTIVITY),
        "submission_id": _id(claims.raw, SUBMISSION),
        "asset_id": _id(claims.raw, ASSET),
        "report_type": report_type[: LONGEST["title"]],
        "for_user": identifier_of(mapping_of(claims.raw, FOR_USER), "user_id"),
    }


def check_report_review(claims: LaunchClaims) -> None:
    """Somebody opens a report: the screen must see to it that a learner sees only those of their own work.

    :raises LaunchRefused: if it lacks roles, or what it takes to find the report.
    """
    if claims.raw.get(ROLES) is None:
        raise RolesMissing("no roles claim")
    kept_review(claims)


@dataclass(frozen=True, kw_only=True)
class ReportPage:
    """Where reports open, if not at the item's address, and what they are told there."""

    url: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_url("report.url", self.url, needed=False)
        check_custom("report.custom", self.custom)

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it; what is not known is left out."""
        return said(url=self.url, custom=dict(self.custom))


@dataclass(frozen=True, kw_only=True)
class AssetProcessor(ContentItem):
    """A processor at an activity: the platform will tell what is handed in there."""

    type = "ltiAssetProcessor"
    url: str = ""
    """Where its settings open; empty: the tool's own launch URL."""
    window: Window | None = None
    iframe: Frame | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    report: ReportPage | None = None

    def _check(self) -> None:
        check_url("url", self.url, needed=False)
        check_custom("custom", self.custom)

    def _own(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "window": self.window.as_json() if self.window else None,
            "iframe": self.iframe.as_json() if self.iframe else None,
            "custom": dict(self.custom),
            "report": self.report.as_json() if self.report else None,
        }
