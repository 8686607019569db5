"""One act of copying: pages and all that they refer to, into the same binder or another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.activities import Content, activities
from binder.blocks import kind_of
from binder.clock import uuid7
from binder.content.asking import content_of, content_renamed, new_version
from binder.content.composing import changed
from binder.content.renaming import linked_pages, renamed, unlinked
from binder.models import Activity, ActivityVersion, Binder, Page, Resource, ResourceState
from binder.resources.quarantine import admit

__all__ = ["Act", "Sheet"]

FILE = (
    "sha256",
    "name",
    "media_type",
    "size",
    "credit",
    "licence",
    "width",
    "height",
    "variants",
    "state",
    "verdict",
)


@dataclass(frozen=True)
class Sheet:
    """What is copied of a page: its draft, or what was published of it."""

    id: UUID
    title: str
    hidden: bool
    blocks: list[dict[str, Any]]


@dataclass
class Act:
    """One act of copying: everything is copied once, however often it is referred to."""

    session: Session
    viewer: Viewer
    source: Binder
    target: Binder
    new: dict[str, UUID] = field(default_factory=dict)
    """Old id, as a text → the row that takes its place."""
    versions: dict[str, ActivityVersion] = field(default_factory=dict)
    """Activity id → the version to copy, where that is not the newest."""
    links_removed: int = 0

    def pages(self, pages: Iterable[tuple[Page | Sheet, UUID]], positions: Iterable[int]) -> None:
        """Copy pages, each into a section of the target; links among them lead to the copies."""
        wanted = list(pages)
        self.new |= {str(page.id): uuid7() for page, _ in wanted}
        for (page, section_id), position in zip(wanted, positions, strict=False):
            self._bring_references(page)
            copy = Page(
                id=self.new[str(page.id)],
                tenant_id=self.target.tenant_id,
                binder_id=self.target.id,
                section_id=section_id,
                title=page.title,
                position=position,
                hidden=page.hidden,
                blocks=[self._block(block) for block in page.blocks],
            )
            self.session.add(copy)
            changed(self.session, self.viewer, copy)
        self.session.expire(self.target, ["pages"])

    def question(self, version: ActivityVersion) -> UUID:
        """Copy one activity as that version has it, with the files that it shows; it stands on no page yet."""
        self.content(version)
        name = str(version.activity_id)
        self.versions[name] = version
        self._bring_activities([name])
        return self.new[name]

    def content(self, version: ActivityVersion) -> Content:
        """What an activity asks, with the files that it shows copied."""
        content = content_of(version)
        shown = set(activities[version.type].resources(content)) if version.type in activities else set()
        if self.source is not self.target:
            self._bring_resources(sorted(shown - self.new.keys()))
        return content_renamed(version.type, content, self.new)

    def _block(self, block: dict[str, object]) -> dict[str, object]:
        if self.source is not self.target:
            outside = {name for name in linked_pages(block) if name not in self.new}
            block, removed = unlinked(block, outside)
            self.links_removed += removed
        return renamed(block, self.new)

    def _bring_references(self, page: Page | Sheet) -> None:
        resources, asked = set[str](), set[str]()
        for block in page.blocks:
            kind = kind_of(block)
            resources.update(kind.resources(block))
            asked.update(kind.activities(block))
        if self.source is not self.target:
            self._bring_resources(sorted(resources - self.new.keys()))
        self._bring_activities(sorted(asked - self.new.keys()))

    def _bring_activities(self, names: list[str]) -> None:
        query = (
            sa.select(Activity, ActivityVersion)
            .join(ActivityVersion, sa.and_(Activity.tenant_id == ActivityVersion.tenant_id, _CURRENT))
            .where(Activity.tenant_id == self.source.tenant_id, Activity.binder_id == self.source.id)
            .where(Activity.id.in_([UUID(name) for name in names]))
        )
        newest = {str(row[0].id): (row[0], row[1]) for row in (self.session.execute(query) if names else ())}
        for name in (name for name in names if name in newest):
            old, current = newest[name]
            version = self.versions.get(name, current)
            base = {"tenant_id": self.target.tenant_id, "type": version.type, "title": version.title}
            copy = Activity(id=uuid7(), binder_id=self.target.id, number=1, **base, **self._told(old))
            self.session.add(copy)
            self.session.flush()
            content = content_renamed(version.type, content_of(version), self.new)
            self.session.add(new_version(copy, content))
            self.new[str(version.activity_id)] = copy.id
        self.session.expire(self.target, ["activities"])

    def _told(self, old: Activity) -> dict[str, Any]:
        """What stays with a copy for the same author only: tags, and the question of the bank that it was taken from."""
        if self.target.owner_id != self.source.owner_id:
            return {"tags": []}
        return {
            "tags": list(old.tags),
            "origin_id": old.origin_id,
            "origin_number": old.origin_number,
        }

    def _bring_resources(self, names: list[str]) -> None:
        known = {(file.sha256, file.name, file.credit, file.licence): file for file in self.target.resources}
        for file in self.source.resources:
            if str(file.id) not in names:
                continue
            same = known.get((file.sha256, file.name, file.credit, file.licence))
            if same is None:
                values = {name: getattr(file, name) for name in FILE}
                same = Resource(
                    id=uuid7(), tenant_id=self.target.tenant_id, binder_id=self.target.id, **values
                )
                self.session.add(same)
                if file.state is ResourceState.SCANNING:
                    self.session.flush()
                    admit(self.session, same)
            self.new[str(file.id)] = same.id
        self.session.flush()
        self.session.expire(self.target, ["resources"])


_CURRENT = sa.and_(Activity.id == ActivityVersion.activity_id, Activity.number == ActivityVersion.number)
