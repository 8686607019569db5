"""Asset processor: what is told, fetched and reported – and what is neither sent nor believed."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from binder.clock import frozen
from lti.claims import DeepLinkingSettings, LaunchClaims
from lti.errors import (
    ClaimInvalid,
    ContentItemInvalid,
    LaunchRefused,
    LTIError,
    MessageIncomplete,
    MessageTypeUnknown,
    RolesMissing,
    ServiceError,
)
from lti.protocol import assets, deep_linking, messages
from lti.protocol.asset_messages import (
    REPORT_REVIEW,
    SETTINGS_REQUEST,
    SUBMISSION_NOTICE,
    AssetProcessor,
    ReportPage,
    Submission,
    check_report_review,
    check_settings_request,
    kept_review,
    kept_settings,
    kept_submission,
)
from lti.protocol.asset_reports import ErrorCode, Progress, Report, later_than, send_report
from lti.protocol.assets import Asset, AssetAltered, AssetTooLarge, fetch
from lti.protocol.bodies import BodyInvalid
from lti.protocol.http import Http
from lti.protocol.item_parts import Frame, Window
from lti.protocol.services import Connector, Services
from lti.services import noticing
from lti.settings import Settings
from tests.conformance import platform as claims_of
from tests.conformance.platform import CLIENT, ISSUER, L, registration
from tests.lti.protocol.server import JSON, Server, Told
from tests.lti.protocol.test_services import KEYS, Platform

NOON = datetime(2026, 3, 2, 12, 0, 0, 5000, tzinfo=UTC)
WORK = b'{"not": "to be parsed", "x": ' + b"1" * 200_000 + b"}"
DIGEST = base64.b64encode(hashlib.sha256(WORK).digest()).decode()
FILE = {
    "asset_id": "a-1",
    "url": "https://ent.example/files/1",
    "sha256_checksum": DIGEST,
    "size": len(WORK),
    "content_type": "application/json",
    "title": "Devoir",
    "filename": "../devoir.json",
    "timestamp": "2026-03-02T13:00:00+01:00",
}
NOTICE: dict[str, Any] = {
    L + "activity": {"id": "act-1", "title": "Dissertation"},
    L + "submission": {"id": "sub-1"},
    L + "assetservice": {"scope": [assets.ASSET_READ], "assets": [FILE]},
    L + "assetreport": {"scope": ["…/report"], "report_url": "https://ent.example/reports?p=1"},
    L + "for_user": {"user_id": "pupil-7", "name": "Inès Amrani"},
    L + "custom": {"level": "2", "unset": "$Context.id.history", "count": 3},
}
REVIEW = {
    L + "activity": {"id": "act-1"},
    L + "submission": {"id": "sub-1"},
    L + "asset": {"id": "a-1"},
    L + "assetreport_type": "originality",
    L + "for_user": {"user_id": "pupil-7"},
}


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def connector(http: Http, server: Server) -> Connector:
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    return Services(http, KEYS).connector(row)


def asset(server: Server, **more: Any) -> Asset:
    return Asset.read(FILE | {"url": server.url + "/files/1?key=k"} | more)


def file(body: bytes | Iterator[bytes] = WORK, status: int = 200, **headers: str) -> Told:
    return Told(status, body, JSON | headers)


def without(body: dict[str, Any], path: str) -> dict[str, Any]:
    """A copy that lacks what the path leads to."""
    copy = json.loads(json.dumps(body))
    *way, last = path.split("/")
    inner = copy
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step if step in inner else L + step]
    inner.pop(last if last in inner else L + last)
    return copy  # type: ignore[no-any-return]


def test_notice_of_a_submission() -> None:
    read = Submission.read(NOTICE)
    assert (read.activity_id, read.activity_title, read.id) == ("act-1", "Dissertation", "sub-1")
    assert (read.report_url, read.for_user) == ("https://ent.example/reports?p=1", "pupil-7")
    assert read.custom == {"level": "2", "unset": "", "count": "3"}
    (told,) = read.assets
    assert told == Asset(
        id="a-1",
        url="https://ent.example/files/1",
        sha256=hashlib.sha256(WORK).digest(),
        size=len(WORK),
        content_type="application/json",
        title="Devoir",
        filename="../devoir.json",
        timestamp=datetime(2026, 3, 2, 12, tzinfo=UTC),
    )


def test_what_is_kept_of_a_notice_reads_the_same_and_names_nobody() -> None:
    kept = json.loads(json.dumps(kept_submission(NOTICE)))
    assert Submission.read(kept) == Submission.read(NOTICE)
    assert "Inès" not in json.dumps(kept, ensure_ascii=False)
    assert "files/1" not in repr(Submission.read(kept))


@pytest.mark.parametrize(
    "path",
    [
        "activity",
        "activity/id",
        "submission",
        "submission/id",
        "assetservice",
        "assetservice/assets",
        "assetservice/assets/0/asset_id",
        "assetservice/assets/0/url",
        "assetservice/assets/0/sha256_checksum",
        "assetreport",
        "assetreport/report_url",
    ],
)
def test_notice_that_lacks_something(path: str) -> None:
    with pytest.raises(MessageIncomplete):
        kept_submission(without(NOTICE, path))


@pytest.mark.parametrize(
    "path",
    ["for_user", "custom", "activity/title", "assetservice/assets/0/size", "assetservice/assets/0/filename"],
)
def test_notice_need_not_say_everything(path: str) -> None:
    assert Submission.read(kept_submission(without(NOTICE, path))).id == "sub-1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"assets": [FILE] * 201},
        {"assets": ["a-1"]},
        {"assets": {}},
        {"assets": [FILE | {"sha256_checksum": DIGEST[:-4]}]},
        {"assets": [FILE | {"sha256_checksum": hashlib.sha256(WORK).hexdigest()}]},
        {"assets": [FILE | {"sha256_checksum": "é" * 44}]},
        {"assets": [FILE | {"url": "javascript:alert(1)"}]},
        {"assets": [FILE | {"size": "12"}]},
        {"assets": [FILE | {"size": True}]},
        {"assets": [FILE | {"size": -1}]},
        {"assets": [FILE | {"title": 5}]},
        "assets",
    ],
)
def test_notice_of_other_types_is_refused(wrong: Any) -> None:
    with pytest.raises(LaunchRefused) as caught:
        Submission.read(NOTICE | {L + "assetservice": wrong})
    assert isinstance(caught.value, ClaimInvalid | MessageIncomplete)


def test_notice_with_too_many_parameters() -> None:
    with pytest.raises(ClaimInvalid):
        Submission.read(NOTICE | {L + "custom": {str(number): "x" for number in range(51)}})


def test_asset_is_fetched(platform: Platform, connector: Connector, server: Server) -> None:
    platform.told = [file()]
    out = io.BytesIO()
    assert fetch(connector, asset(server), out) == len(WORK)
    assert out.getvalue() == WORK
    (asked,) = platform.calls
    assert (asked.method, asked.path, asked.query) == ("GET", "/files/1", {"key": ["k"]})
    assert asked.headers["Authorization"] == "Bearer t1"
    assert platform.tokens[0].form["scope"] == "https://purl.imsglobal.org/spec/lti/scope/asset.readonly"


def test_asset_is_never_whole_in_memory(
    platform: Platform, connector: Connector, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer of ours may have 8 MiB; an asset may have more, since it goes by."""
    monkeypatch.setattr("lti.protocol.http.MOST_BYTES", 1000)

    class Out(io.BytesIO):
        largest = 0

        def write(self, piece: Any, /) -> int:
            Out.largest = max(Out.largest, len(piece))
            return super().write(piece)

    platform.told = [file(WORK[start : start + 50_000] for start in range(0, len(WORK), 50_000))]
    out = Out()
    fetch(connector, asset(server), out)
    assert out.getvalue() == WORK
    assert Out.largest <= 65536


def test_refused_token_is_replaced_once(platform: Platform, connector: Connector, server: Server) -> None:
    platform.told = [file(b"no", 401), file()]
    out = io.BytesIO()
    fetch(connector, asset(server), out)
    assert out.getvalue() == WORK
    assert [asked.headers["Authorization"] for asked in platform.calls] == ["Bearer t1", "Bearer t2"]
    platform.told = [file(b"no", 401), file(b"no", 401), file()]
    with pytest.raises(ServiceError) as caught:
        fetch(connector, asset(server), io.BytesIO())
    assert (caught.value.platform_status, len(platform.told)) == (401, 1)


def test_redirect_is_followed_within_one_origin(
    platform: Platform, connector: Connector, server: Server
) -> None:
    platform.told = [file(b"moved", 302, Location="/store/9"), file()]
    out = io.BytesIO()
    fetch(connector, asset(server), out)
    assert (out.getvalue(), platform.calls[1].path) == (WORK, "/store/9")
    platform.told = [file(b"moved", 302, Location="http://localhost:1/store/9")]
    with pytest.raises(ServiceError, match="another origin"):
        fetch(connector, asset(server), io.BytesIO())


@pytest.mark.parametrize("body", [WORK[:-1], WORK + b" ", WORK[:-1] + b" ", b""])
def test_other_bytes_than_were_told_of(
    platform: Platform, connector: Connector, server: Server, body: bytes
) -> None:
    for size in (len(WORK), None):
        platform.told = [file(body)]
        with pytest.raises(AssetAltered) as caught:
            fetch(connector, asset(server, size=size), io.BytesIO())
        assert caught.value.retryable


def test_right_bytes_of_another_length_than_was_told(
    platform: Platform, connector: Connector, server: Server
) -> None:
    platform.told = [file()]
    with pytest.raises(AssetAltered):
        fetch(connector, asset(server, size=len(WORK) - 1), io.BytesIO())


def test_too_large_is_not_even_asked_for(platform: Platform, connector: Connector, server: Server) -> None:
    with pytest.raises(AssetTooLarge):
        fetch(connector, asset(server), io.BytesIO(), most_bytes=len(WORK) - 1)
    assert server.asked == []


def test_larger_than_was_told_is_left(platform: Platform, connector: Connector, server: Server) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 10_000

    platform.told = [file(endless())]
    out = io.BytesIO()
    with pytest.raises(AssetTooLarge) as caught:
        fetch(connector, asset(server, size=None), out, most_bytes=100_000)
    assert not caught.value.retryable
    assert len(out.getvalue()) <= 100_000
    platform.told = [file()]  # the server is not thought to be down for that
    assert fetch(connector, asset(server), io.BytesIO()) == len(WORK)


def test_asset_that_comes_drop_by_drop(
    platform: Platform, connector: Connector, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "MOST_SECONDS", -1)
    platform.told = [file()]
    with pytest.raises(ServiceError, match="ReadTimeout"):
        fetch(connector, asset(server), io.BytesIO())


def test_asset_that_breaks_off(platform: Platform, connector: Connector, server: Server) -> None:
    def halting() -> Iterator[bytes]:
        yield WORK[:1000]
        time.sleep(1)

    for told in (file(iter([WORK[:1000]]), **{"Content-Length": "5000"}), file(halting())):
        platform.told = [told]
        with pytest.raises(ServiceError) as caught:
            fetch(connector, asset(server), io.BytesIO())
        assert (caught.value.platform_status, caught.value.retryable) == (None, True)
    assert len(platform.calls) == 2


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (403, False), (503, True)])
def test_asset_that_is_not_given(
    platform: Platform, connector: Connector, server: Server, status: int, retryable: bool
) -> None:
    platform.told = [file(b"why", status)]
    out = io.BytesIO()
    with pytest.raises(ServiceError) as caught:
        fetch(connector, asset(server), out)
    assert (caught.value.platform_status, caught.value.retryable) == (status, retryable)
    assert (out.getvalue(), len(platform.calls)) == (b"", 1)


def test_asset_is_not_asked_for_anew_by_itself(platform: Platform, server: Server) -> None:
    """What has been written stays written; whoever fetches knows where to begin again."""
    settings = Settings(allow_http_loopback=True, http_timeout=(1, 0.4), http_retry_seconds=60)
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    platform.told = [file(b"later", 503), file()]
    with Http(settings, sleep=lambda seconds: None) as http, pytest.raises(ServiceError, match="later"):
        fetch(Services(http, KEYS).connector(row), asset(server), io.BytesIO())
    assert len(platform.calls) == 1


def test_full_disk_is_no_fault_of_the_platform(
    platform: Platform, connector: Connector, server: Server
) -> None:
    class Full(io.BytesIO):
        def write(self, piece: Any, /) -> int:
            raise OSError("no space left")

    platform.told = [file()]
    with pytest.raises(OSError, match="no space left"):
        fetch(connector, asset(server), Full())


def report(**more: Any) -> Report:
    values: dict[str, Any] = {
        "asset_id": "a-1",
        "type": "originality",
        "timestamp": NOON,
        "progress": Progress.PROCESSED,
    }
    return Report(**(values | more))


def test_report_is_sent(platform: Platform, connector: Connector, server: Server) -> None:
    sent = report(
        priority=3,
        title="Originalité",
        result="12 %",
        indication_color="#00aaFF",
        indication_alt="à relire",
        comment="Deux passages",
        visible_to_owner=False,
    )
    platform.told = [Told(201, json.dumps(sent.as_json()).encode())]
    assert send_report(connector, server.url + "/reports?p=1", sent) == NOON
    (asked,) = platform.calls
    assert (asked.method, asked.path, asked.query) == ("POST", "/reports", {"p": ["1"]})
    assert asked.headers["Content-Type"] == "application/json"
    assert platform.tokens[0].form["scope"] == "https://purl.imsglobal.org/spec/lti/scope/report"
    assert asked.json == {
        "assetId": "a-1",
        "type": "originality",
        "timestamp": "2026-03-02T12:00:00.005Z",
        "processingProgress": "Processed",
        "priority": 3,
        "title": "Originalité",
        "result": "12 %",
        "indicationColor": "#00aaFF",
        "indicationAlt": "à relire",
        "comment": "Deux passages",
        "visibleToOwner": False,
    }


def test_report_leaves_out_what_is_not_known() -> None:
    assert set(report().as_json()) == {"assetId", "type", "timestamp", "processingProgress", "priority"}
    failed = report(progress="Failed", error_code=ErrorCode.DOWNLOAD_FAILED).as_json()
    assert json.loads(json.dumps(failed))["errorCode"] == "DOWNLOAD_FAILED"
    assert report(progress="Failed", error_code="OUR_OWN").as_json()["errorCode"] == "OUR_OWN"


@pytest.mark.parametrize(
    ("member", "wrong"),
    [
        ("assetId", {"asset_id": ""}),
        ("assetId", {"asset_id": "x" * 256}),
        ("type", {"type": " "}),
        ("timestamp", {"timestamp": datetime(2026, 3, 2)}),
        ("timestamp", {"timestamp": "2026-03-02T12:00:00Z"}),
        ("processingProgress", {"progress": "Done"}),
        ("processingProgress", {"progress": None}),
        ("priority", {"priority": 6}),
        ("priority", {"priority": -1}),
        ("priority", {"priority": True}),
        ("priority", {"priority": 2.5}),
        ("title", {"title": "x" * 256}),
        ("result", {"result": "seventeen letters"}),
        ("result", {"result": "12 %", "progress": "Processing"}),
        ("indicationColor", {"indication_color": "red"}),
        ("indicationColor", {"indication_color": "#fff"}),
        ("indicationColor", {"indication_color": "#00aaff\n"}),
        ("indicationAlt", {"indication_alt": None}),
        ("errorCode", {"error_code": "DOWNLOAD_FAILED"}),
        ("comment", {"comment": "x" * 5001}),
        ("visibleToOwner", {"visible_to_owner": "yes"}),
    ],
)
def test_report_that_no_platform_could_take(member: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BodyInvalid) as caught:
        report(**wrong)
    assert caught.value.facts["member"] == member


def test_reports_of_one_asset_rise_in_time(platform: Platform, connector: Connector, server: Server) -> None:
    with frozen(NOON):
        first = report(timestamp=later_than(None), progress="Processing")
        second = report(timestamp=later_than(first.timestamp))
    assert second.timestamp - first.timestamp == timedelta(milliseconds=1)
    url = server.url + "/reports"
    assert (
        send_report(connector, url, second, previous=send_report(connector, url, first)) == second.timestamp
    )
    stamps = [asked.json["timestamp"] for asked in platform.calls]
    assert stamps == sorted(set(stamps))
    for late in (second, first, report(timestamp=second.timestamp + timedelta(microseconds=900))):
        with pytest.raises(BodyInvalid, match="not later"):
            send_report(connector, url, late, previous=second.timestamp)
    assert len(platform.calls) == 2


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(201, b'{"assetId": "a-2"}'), "another report"),
        (Told(201, b'{"type": "grammar"}'), "another report"),
        (Told(400, b"unknown asset"), "unknown asset"),
    ],
)
def test_report_that_is_not_taken(
    platform: Platform, connector: Connector, server: Server, told: Told, error: str
) -> None:
    platform.told = [told]
    with pytest.raises(ServiceError, match=error):
        send_report(connector, server.url + "/reports", report())


@pytest.mark.parametrize("told", [Told(201, b""), Told(200, b"[]"), Told(204, b"", {})])
def test_platform_that_confirms_in_few_words(
    platform: Platform, connector: Connector, server: Server, told: Told
) -> None:
    platform.told = [told]
    assert send_report(connector, server.url + "/reports", report()) == NOON


def launch(message_type: str, **more: Any) -> LaunchClaims:
    body = claims_of.claims(**{L + "message_type": message_type, L + "resource_link": None} | more)
    return LaunchClaims.read({name: value for name, value in body.items() if value is not None}, CLIENT)


def test_messages_are_refused_until_a_package_registers_them() -> None:
    taken = [(SETTINGS_REQUEST, check_settings_request), (REPORT_REVIEW, check_report_review)]
    for name, check in taken:
        with pytest.raises(MessageTypeUnknown):
            messages.message_type(name)
        with messages.temporarily(name, check, screen="theirs"):
            assert messages.message_type(name).screen == "theirs"
    assert SUBMISSION_NOTICE not in noticing._acts


def test_settings_request() -> None:
    claims = launch(SETTINGS_REQUEST, **{L + "activity": {"id": "act-1", "title": "Dissertation"}})
    check_settings_request(claims)
    assert kept_settings(claims) == {"activity_id": "act-1", "activity_title": "Dissertation"}


def test_report_review() -> None:
    claims = launch(REPORT_REVIEW, **REVIEW)
    check_report_review(claims)
    assert kept_review(claims) == {
        "activity_id": "act-1",
        "submission_id": "sub-1",
        "asset_id": "a-1",
        "report_type": "originality",
        "for_user": "pupil-7",
    }
    assert kept_review(launch(REPORT_REVIEW, **REVIEW | {L + "for_user": None}))["for_user"] is None


@pytest.mark.parametrize(
    ("check", "more", "error"),
    [
        (check_settings_request, {}, MessageIncomplete),
        (check_settings_request, {L + "activity": {"title": "no id"}}, MessageIncomplete),
        (check_settings_request, {L + "activity": "act-1"}, ClaimInvalid),
        (check_settings_request, {L + "activity": {"id": "act-1"}, L + "roles": None}, RolesMissing),
        (check_report_review, REVIEW | {L + "roles": None}, RolesMissing),
        *((check_report_review, REVIEW | {name: None}, MessageIncomplete) for name in list(REVIEW)[:4]),
        (check_report_review, REVIEW | {L + "assetreport_type": 5}, ClaimInvalid),
        (check_report_review, REVIEW | {L + "for_user": "pupil-7"}, ClaimInvalid),
    ],
)
def test_message_that_lacks_something(
    check: messages.Check, more: dict[str, Any], error: type[LTIError]
) -> None:
    with pytest.raises(error):
        check(launch(REPORT_REVIEW, **more))


def test_processor_is_brought_back_as_a_content_item() -> None:
    item = AssetProcessor(
        title="Originalité",
        url="https://tool.example/settings",
        window=Window(target_name="_blank"),
        iframe=Frame(width=600),
        custom={"level": "2"},
        report=ReportPage(url="https://tool.example/report", custom={"kind": "originality"}),
    )
    assert item.as_json() == {
        "type": "ltiAssetProcessor",
        "title": "Originalité",
        "url": "https://tool.example/settings",
        "window": {"targetName": "_blank"},
        "iframe": {"width": 600},
        "custom": {"level": "2"},
        "report": {"url": "https://tool.example/report", "custom": {"kind": "originality"}},
    }
    assert AssetProcessor().as_json() == {"type": "ltiAssetProcessor"}
    welcome = DeepLinkingSettings(ISSUER + "/picked", ("ltiAssetProcessor",), ("window",))
    assert deep_linking.unfit(welcome, item.as_json()) is None
    elsewhere = DeepLinkingSettings(ISSUER + "/picked", ("ltiResourceLink",), ("window",))
    assert deep_linking.unfit(elsewhere, item.as_json()) is deep_linking.Unfit.TYPE


@pytest.mark.parametrize("wrong", [{"url": "javascript:x"}, {"custom": {"": "x"}}, {"title": "x" * 256}])
def test_processor_that_no_platform_could_take(wrong: dict[str, Any]) -> None:
    with pytest.raises(ContentItemInvalid):
        AssetProcessor(**wrong)
    with pytest.raises(ContentItemInvalid):
        AssetProcessor(report=ReportPage(url="javascript:x"))
