"""Activities and their versions: from row to content and back, and the files that a page shows with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from binder.activities import Content, activities, type_of
from binder.blocks import kind_of
from binder.content.renaming import led
from binder.models import Activity, ActivityVersion

__all__ = ["content_of", "content_renamed", "new_version", "with_files"]

Block = dict[str, Any]


def content_of(version: ActivityVersion) -> Content:
    """A version's content as its activity type wants it."""
    return Content(version.points, version.body, version.key, version.scoring)


def new_version(activity: Activity, content: Content) -> ActivityVersion:
    """The row that keeps `content` as the activity's version `activity.number`."""
    return ActivityVersion(
        tenant_id=activity.tenant_id,
        activity_id=activity.id,
        number=activity.number,
        type=activity.type,
        title=activity.title,
        points=content.points,
        body=dict(content.body),
        key=dict(content.key),
        scoring=dict(content.scoring),
    )


def with_files(blocks: Iterable[Block], versions: Mapping[str, ActivityVersion]) -> list[Block]:
    """Blocks that say which files their activities show, so that whoever sees a block may open them.

    :param versions: activity id → version; a block whose activity, or its type, is not there stays as it is.
    """
    return [_with_files(block, versions) for block in blocks]


def _with_files(block: Block, versions: Mapping[str, ActivityVersion]) -> Block:
    asked = kind_of(block).activities(block)
    if not asked or any(name not in versions or versions[name].type not in activities for name in asked):
        return block
    shown = [versions[name] for name in asked]
    files = [name for one in shown for name in activities[one.type].resources(content_of(one))]
    bare = {name: value for name, value in block.items() if name != "files"}
    return {**bare, "files": list(dict.fromkeys(files))} if files else bare


def content_renamed(type: str, content: Content, new: Mapping[str, UUID]) -> Content:
    """The content with its files led to the new rows; see `binder.content.renaming`."""
    references = set(type_of(type).resources(content))
    if not references:
        return content
    return Content(content.points, led(content.body, references, new), content.key, content.scoring)
