"""Messages as a test's script asks for them: the claims without a browser, and the switches beside them."""

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from examples.ent import gradebook, logs, messages, proctored, school
from examples.ent.gradebook import LineItem
from examples.ent.launches import Launch
from examples.ent.logs import ToolLog
from examples.ent.people import Account
from examples.ent.school import Link
from examples.ent.tool import Tool
from examples.ent.vocabulary import (
    CONTEXT_REQUEST,
    DEEP_LINKING,
    DEEP_LINKING_REQUEST,
    END_ASSESSMENT,
    EULA_REQUEST,
    START_PROCTORING,
    SUBMISSION_REVIEW_REQUEST,
)

if TYPE_CHECKING:
    from examples.ent.platform import Ent


class Messages:
    """Writes the claims of every type of message, from names instead of objects."""

    def __init__(self, ent: "Ent") -> None:
        self.ent = ent

    def resource_link(
        self,
        user: str | Account,
        link: str | Link,
        *,
        nonce: str | None = None,
        document_target: str = "window",
    ) -> dict[str, Any]:
        """Somebody opens a link."""
        link = link if isinstance(link, Link) else self.ent.link(link)
        return self.claims(user, link=link, nonce=nonce, document_target=document_target)

    def deep_linking(
        self, user: str | Account, school_class: str, *, nonce: str | None = None, data: str | None = None
    ) -> dict[str, Any]:
        """Somebody chooses content; without `data` nothing is asked back."""
        claims = self.claims(
            user,
            message_type=DEEP_LINKING_REQUEST,
            school_class=self.ent.school_class(school_class),
            nonce=nonce,
            data=data or "",
        )
        if data is None:
            del claims[f"{DEEP_LINKING}deep_linking_settings"]["data"]
        return claims

    def submission_review(
        self, user: str | Account, line_item: LineItem, for_user: str | Account, **more: Any
    ) -> dict[str, Any]:
        """Somebody looks at what a pupil handed in."""
        about = self._account(for_user)
        more = {"line_item": line_item, "for_user": about, **more}
        with self.ent.database.reading() as connection:
            link = school.find_link(connection, line_item.link_id or "")
        school_class = self.ent.school_class(line_item.class_id)
        return self.claims(
            user, message_type=SUBMISSION_REVIEW_REQUEST, link=link, school_class=school_class, **more
        )

    def data_privacy(
        self, user: str | Account, for_user: str | Account | None = None, **more: Any
    ) -> dict[str, Any]:
        """Somebody asks for the data of a user; Options.data_privacy_request chooses the type's name."""
        about = self._account(for_user) if for_user else None
        return self.claims(user, message_type=self.ent.options.data_privacy_request, for_user=about, **more)

    def context(self, user: str | Account, school_class: str, **more: Any) -> dict[str, Any]:
        """Somebody opens the tool for a whole class."""
        found = self.ent.school_class(school_class)
        return self.claims(user, message_type=CONTEXT_REQUEST, school_class=found, **more)

    def eula(self, user: str | Account, **more: Any) -> dict[str, Any]:
        """Somebody is to accept the tool's terms of use."""
        return self.claims(user, message_type=EULA_REQUEST, **more)

    def start_proctoring(
        self, user: str | Account, link: str | Link, *, attempt_number: int = 1, **more: Any
    ) -> dict[str, Any]:
        """Somebody is about to sit an assessment."""
        return self._assessment(START_PROCTORING, user, link, attempt_number, more)

    def end_assessment(
        self, user: str | Account, link: str | Link, *, attempt_number: int = 1, **more: Any
    ) -> dict[str, Any]:
        """Somebody has finished an assessment."""
        return self._assessment(END_ASSESSMENT, user, link, attempt_number, more)

    def claims(self, user: str | Account, *, nonce: str | None = None, **more: Any) -> dict[str, Any]:
        """The claims of any message; `more` are the fields of a Launch."""
        link: Link | None = more.get("link")
        if link and more.get("school_class") is None:
            more["school_class"] = self.ent.school_class(link.class_id)
        more.setdefault("tool", self._tool(link))
        nonce = nonce or secrets.token_urlsafe(24)
        launch = Launch(account=self._account(user), nonce=nonce, **more)
        with self.ent.database.reading() as connection:
            return messages.write(self.ent.launcher, connection, launch)

    # What tools said, and what is to be supervised

    def logs(self) -> list[ToolLog]:
        """What tools said on their way back, in order of arrival."""
        with self.ent.database.reading() as connection:
            return logs.said(connection)

    def proctor(self, link: str | Link, client_id: str = "") -> None:
        """From now on a link is opened under the supervision of a tool."""
        found = link if isinstance(link, Link) else self.ent.link(link)
        with self.ent.database.writing() as connection:
            proctored.supervise(connection, found.id, client_id or self.ent.tool.client_id)

    def review(self, line_item: LineItem, **described: Any) -> LineItem:
        """From now on the submissions of a line item can be looked at (`url`, `custom`, `label`, …)."""
        reviewed = replace(line_item, submission_review=described)
        with self.ent.database.writing() as connection:
            gradebook.change_line_item(connection, reviewed)
        return reviewed

    def _assessment(
        self, message_type: str, user: str | Account, link: str | Link, number: int, more: dict[str, Any]
    ) -> dict[str, Any]:
        found = link if isinstance(link, Link) else self.ent.link(link)
        details = {"session_data": secrets.token_urlsafe(24), "attempt_number": number}
        details |= more.pop("details", {})
        return self.claims(user, message_type=message_type, link=found, details=details, **more)

    def _account(self, user: str | Account) -> Account:
        return user if isinstance(user, Account) else self.ent.account(user)

    def _tool(self, link: Link | None) -> Tool:
        return self.ent.tools[(link.client_id if link else None) or self.ent.tool.client_id]
