"""The ENT as a test writes its scripts against it: claims, signatures, keys, scores, faults."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import current_app

from examples.ent import gradebook, people, registration, school
from examples.ent.addresses import Addresses
from examples.ent.database import Database
from examples.ent.faults import Faults
from examples.ent.gradebook import LineItem, Score, ScorePost
from examples.ent.keys import Keys, SigningKey, encode, new_key
from examples.ent.launches import Launcher
from examples.ent.notices import Courier
from examples.ent.options import Options
from examples.ent.people import Account, Privacy
from examples.ent.registration import Known
from examples.ent.school import Link, SchoolClass
from examples.ent.scripting import Messages
from examples.ent.tool import Tool, ToolKeys

T = TypeVar("T")


class Unknown(LookupError):
    """The school has nothing of that name."""


@dataclass(frozen=True)
class Cell:
    """A score with the names a reader of the gradebook sees."""

    line_item: LineItem
    user: Account
    score: Score


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class Ent:
    """A running ENT: what its pages and services work with, and what tests reach into."""

    def __init__(
        self,
        *,
        database: Path,
        addresses: Addresses,
        tools: Sequence[Tool],
        clock: Callable[[], datetime],
        privacy: Privacy,
    ) -> None:
        self.database = Database(database)
        self.addresses = addresses
        self.configured_tools = tuple(tools)
        self.clock = clock
        self.privacy = privacy
        self.page_size: int | None = None
        self.faults = Faults()
        self.keys = Keys(self.database, clock)
        self.tool_keys = ToolKeys()
        self.courier = Courier(self)
        self.options = Options()
        self.messages = Messages(self)
        self.deployment_id = school.DEPLOYMENT_ID
        self.password = school.DEMO_PASSWORD

    # The tools

    @property
    def known_tools(self) -> dict[str, Known]:
        """Every tool by its client_id, active or not."""
        with self.database.reading() as connection:
            return registration.known(connection, self.configured_tools)

    @property
    def tools(self) -> dict[str, Tool]:
        """The tools that people may open, by their client_id."""
        return {client_id: each.tool for client_id, each in self.known_tools.items() if each.active}

    @property
    def tool(self) -> Tool:
        """The first tool of the configuration."""
        return self.known_tools[self.configured_tools[0].client_id].tool

    def set_up(self, tool: Tool, *, active: bool = True) -> Tool:
        """Keep the scopes, privacy and deployments of a tool, as its administrator would."""
        with self.database.writing() as connection:
            registration.set_up(connection, tool, active=active)
        return tool

    # The school

    def account(self, login_or_id: str) -> Account:
        """The account with this login or identifier."""
        with self.database.reading() as connection:
            return _known(people.find(connection, login_or_id), login_or_id)

    def school_class(self, label_or_id: str) -> SchoolClass:
        """The class with this label ("5A", "5B") or identifier."""
        with self.database.reading() as connection:
            return _known(school.find_class(connection, label_or_id), label_or_id)

    def enrol(self, login_or_id: str, school_class: str) -> None:
        """Put somebody into a class."""
        account, found = self.account(login_or_id), self.school_class(school_class)
        with self.database.writing() as connection:
            people.enrol(connection, account, found.id)

    def withdraw(self, login_or_id: str, school_class: str) -> None:
        """Take somebody out of a class."""
        account, found = self.account(login_or_id), self.school_class(school_class)
        with self.database.writing() as connection:
            people.withdraw(connection, account, found.id)

    def links(self, school_class: str) -> list[Link]:
        """The links of a class; the first is the general one."""
        with self.database.reading() as connection:
            return school.links(connection, self.school_class(school_class).id)

    def link(self, link_id_or_class: str) -> Link:
        """The link with this identifier, or the general link of the class with this label."""
        with self.database.reading() as connection:
            link = school.find_link(connection, link_id_or_class)
        return link or self.links(link_id_or_class)[0]

    def add_link(
        self,
        school_class: str,
        *,
        title: str,
        url: str = "",
        custom: Mapping[str, str] | None = None,
        score_maximum: float | None = None,
        client_id: str = "",
    ) -> Link:
        """Put a link on a class page as if by deep linking, with a line item if it has a maximum."""
        tool = self.tools[client_id or self.tool.client_id]
        class_id = self.school_class(school_class).id
        with self.database.writing() as connection:
            link = school.add_link(
                connection, class_id, tool.client_id, title=title, url=url or tool.launch_url, custom=custom
            )
        if score_maximum is not None:
            bound = {"link_id": link.id, "client_id": tool.client_id}
            self.add_line_item(school_class, label=title, score_maximum=score_maximum, **bound)
        return link

    def add_line_item(
        self,
        school_class: str,
        *,
        label: str,
        score_maximum: float = 100,
        link_id: str | None = None,
        tag: str | None = None,
        resource_id: str | None = None,
        client_id: str = "",
    ) -> LineItem:
        """Open a column in the gradebook of a class."""
        item = LineItem(
            id=gradebook.new_id(),
            client_id=client_id or self.tool.client_id,
            class_id=self.school_class(school_class).id,
            link_id=link_id,
            label=label,
            score_maximum=score_maximum,
            tag=tag,
            resource_id=resource_id,
        )
        with self.database.writing() as connection:
            gradebook.add_line_item(connection, item)
        return item

    # Messages

    def claims(
        self,
        user: str | Account,
        link: str | Link,
        *,
        nonce: str | None = None,
        document_target: str = "window",
    ) -> dict[str, Any]:
        """The claims with which somebody opens a link."""
        return self.messages.resource_link(user, link, nonce=nonce, document_target=document_target)

    def deep_linking_claims(
        self, user: str | Account, school_class: str, *, nonce: str | None = None, data: str | None = None
    ) -> dict[str, Any]:
        """The claims with which somebody chooses content; without `data` nothing is asked back."""
        return self.messages.deep_linking(user, school_class, nonce=nonce, data=data)

    @property
    def launcher(self) -> Launcher:
        """What writes claims, as things are now."""
        return Launcher(self)

    def sign(
        self,
        claims: Mapping[str, Any],
        key: Any = None,
        *,
        algorithm: str = "RS256",
        headers: Mapping[str, Any] | None = None,
    ) -> str:
        """Sign any claims; without a key with the active one. A header set to None is left out."""
        active = self.keys.active
        if isinstance(key, SigningKey):
            headers, key = {"kid": key.kid, **(headers or {})}, key.private
        given = {"kid": active.kid, **(headers or {})}
        return encode(claims, active.private if key is None else key, algorithm=algorithm, headers=given)

    def foreign_key(self) -> SigningKey:
        """A key pair that the ENT has not published."""
        return new_key()

    def rotate_key(self) -> SigningKey:
        """Sign with the key announced before; the old one stays published."""
        return self.keys.rotate()

    # The gradebook

    def line_items(self, school_class: str) -> list[LineItem]:
        """The columns of the gradebook of a class."""
        with self.database.reading() as connection:
            return gradebook.line_items(connection, self.school_class(school_class).id)

    def scores(self, school_class: str | None = None) -> list[Cell]:
        """The scores the gradebook shows, of one class or of all."""
        wanted = self.school_class(school_class).id if school_class else None
        with self.database.reading() as connection:
            return [
                Cell(item, _known(people.find(connection, score.account_id), score.account_id), score)
                for each in school.classes(connection)
                if wanted in (None, each.id)
                for item in gradebook.line_items(connection, each.id)
                for score in gradebook.scores(connection, item.id)
            ]

    def score_posts(self) -> list[ScorePost]:
        """Every score POST that was ever accepted, in order of arrival."""
        with self.database.reading() as connection:
            return gradebook.score_posts(connection)


def current_ent() -> Ent:
    """The ENT that answers the present request."""
    return cast(Ent, current_app.extensions["ent"])


def _known(found: T | None, name: str) -> T:
    if found is None:
        raise Unknown(name)
    return found
