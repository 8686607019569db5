"""What tests of the demo ENT's services have in common."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.test import TestResponse

from examples.ent import Ent
from tests.examples.ent_tool import (
    AGS,
    LINE_ITEM,
    NRPS,
    SCORE,
    FakeTool,
)

LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
LINK = re.compile(r'<([^>]*)>; rel="(\w+)"')
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def line_items_url(ent: Ent, label: str = "5A") -> str:
    """Where the tool finds the line items of a class."""
    return str(ent.claims("morel", label)[AGS]["lineitems"])


def members_url(ent: Ent, label: str = "5A") -> str:
    """Where the tool finds the people of a class."""
    return str(ent.claims("morel", label)[NRPS]["context_memberships_url"])


def create(tool: FakeTool, url: str, **body: Any) -> TestResponse:
    """Open a line item."""
    content = {"label": "Quiz", "scoreMaximum": 20, **body}
    return tool.call(url, LINE_ITEM, method="POST", body=content, media_type=LINE_ITEM_TYPE)


def score(ent: Ent, login: str = "lina", *, seconds: float = 0, **changes: Any) -> dict[str, Any]:
    """A good score, with changes; "absent" leaves a member out."""
    moment = datetime(2026, 11, 3, 10, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    body = {
        "userId": ent.account(login).id,
        "timestamp": moment.isoformat(),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 15,
        "scoreMaximum": 20,
        **changes,
    }
    return {name: value for name, value in body.items() if value != "absent"}


def publish(tool: FakeTool, line_item: str, body: Any, media_type: str = SCORE_TYPE) -> TestResponse:
    """Send a score."""
    url = line_item.replace("?", "/scores?")
    return tool.call(url, SCORE, method="POST", body=body, media_type=media_type)
