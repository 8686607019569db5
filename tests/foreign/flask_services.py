"""The services of lti1p3platform, which has abstract methods to fill: a gradebook and a class in memory.

Its code checks tokens and media types, reads the request, makes the pages' addresses. It does not tell a service's own
scopes apart, checks no score, and of differences knows only the parameter `since`; the link to them is the filler's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.membership import Context
from lti1p3platform.request import Request
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService

NAMES = {"resource_id": "resourceId", "resource_link_id": "resourceLinkId", "tag": "tag"}


class Books:
    """What the platform keeps."""

    def __init__(self) -> None:
        self.numbers = 0
        self.line_items: dict[str, dict[str, Any]] = {}
        self.scores: list[dict[str, Any]] = []
        """Each with the number of its line item under `column`."""
        self.members: list[dict[str, Any]] = []
        """Each with the number of its last change under `changed`."""
        self.changes = 0

    def enrol(self, user_id: str, role: str, name: str, status: str = "Active") -> None:
        """Put somebody in the class, or write down what has become of them."""
        self.changes += 1
        kept = [member for member in self.members if member["user_id"] != user_id]
        member = {"user_id": user_id, "roles": [role], "name": name, "status": status}
        self.members = [*kept, member | {"changed": self.changes}]


def _page(found: list[Any], page: int, limit: int | None) -> dict[str, Any]:
    size = limit or max(len(found), 1)
    return {"content": found[(page - 1) * size : page * size], "has_next": page * size < len(found)}


class Gradebook(AssignmentsGradesService):
    """Line items, scores and results."""

    def __init__(
        self, request: Request, platform: Any, url: str, books: Books, number: str | None = None
    ) -> None:
        super().__init__(request, platform, url, f"{url}/{number}" if number else None)
        self.books = books

    def find_lineitems(self, page: int = 1, limit: int | None = None, **wanted: Any) -> Any:
        items = self.books.line_items.values()
        found = [
            item for item in items if all(item.get(NAMES[name]) == value for name, value in wanted.items())
        ]
        return _page(found, page, limit)

    def find_lineitem(self, line_item_id: str) -> Any:
        if line_item_id not in self.books.line_items:
            raise LineItemNotFoundException
        return self.books.line_items[line_item_id]

    def create_lineitem(self, creation_data: Any) -> Any:
        self.books.numbers += 1
        return self._keep(str(self.books.numbers), creation_data)

    def update_lineitem(self, update_data: Any) -> Any:
        self.find_lineitem(update_data["id"])
        return self._keep(update_data["id"], update_data)

    def _keep(self, number: str, item: dict[str, Any]) -> dict[str, Any]:
        self.books.line_items[number] = {**item, "id": f"{self.ags.lineitems_url}/{number}"}
        return self.books.line_items[number]

    def delete_lineitem(self, line_item_id: str) -> None:
        self.find_lineitem(line_item_id)
        del self.books.line_items[line_item_id]

    def get_results(
        self, line_item_id: str, page: int = 1, limit: int | None = None, user_id: str | None = None
    ) -> Any:
        item = self.find_lineitem(line_item_id)
        latest = {score["userId"]: score for score in self.books.scores if score["column"] == line_item_id}
        found = [
            {
                "id": f"{item['id']}/results/{score['userId']}",
                "scoreOf": item["id"],
                "userId": score["userId"],
                "resultScore": score.get("scoreGiven"),
                "resultMaximum": item["scoreMaximum"],
                "comment": score.get("comment", ""),
            }
            for score in latest.values()
            if user_id in (None, score["userId"])
        ]
        return _page(found, page, limit)

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        self.find_lineitem(line_item_id)
        mine = {"column": line_item_id, "userId": score["userId"]}
        moment = datetime.fromisoformat(score["timestamp"])
        for kept in self.books.scores:
            if kept.items() >= mine.items() and datetime.fromisoformat(kept["timestamp"]) >= moment:
                return UpdateScoreStatus.OLD_TIMESTAMP
        self.books.scores.append({**score, **mine})
        return UpdateScoreStatus.SUCCESS


class Roster(NamesRoleProvisioningService):
    """Who is in the class."""

    def __init__(self, request: Request, platform: Any, url: str, books: Books) -> None:
        super().__init__(request, platform, url)
        self.books = books

    def get_member_data_page(
        self,
        page: int = 1,
        limit: int | None = None,
        role: str | None = None,
        since: str | None = None,
        rlid: str | None = None,
    ) -> Any:
        found = [
            {name: value for name, value in member.items() if name != "changed"}
            for member in self.books.members
            if role is None or role in member["roles"]
            if member["changed"] > int(since or 0)
            if since or member["status"] != "Deleted"
        ]
        return _page(found, page, limit)

    def get_context_by_id(self) -> Context:
        return Context("class-5a", "5A", "5e A")

    def is_resource_link_valid(self, context_id: str, resource_link_id: str) -> bool:
        return resource_link_id == "link-1"

    @property
    def differences(self) -> str:
        """Where to ask later what has changed."""
        return f"{self.nrps.context_memberships_url}?since={self.books.changes}"
