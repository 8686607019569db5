"""The native format: a whole binder as JSON, out and in, without loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import marshmallow
from marshmallow import RAISE, fields, validate

from binder.activities import activities
from binder.blocks import kind_of, load_block
from binder.errors import Invalid
from binder.models.content import Activity, Binder, Page, Section
from binder.sanitize import storable

__all__ = ["FORMAT", "VERSION", "dump_binder", "load_binder", "walk_pages"]

FORMAT = "classeur"
VERSION = 1
Title = validate.Length(min=1, max=255)
Short = validate.Length(max=255)


class Block(fields.Field[dict[str, Any]]):
    """One block, checked by its type."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise marshmallow.ValidationError("a block is an object")
        try:
            return load_block(value)
        except Invalid as error:
            raise marshmallow.ValidationError(error.messages) from None


class ArrangedSchema(marshmallow.Schema):
    """What pages and sections have: whether, and from when on, pupils see them."""

    id = fields.UUID(required=True)
    hidden = fields.Boolean(load_default=False)
    visible_from = fields.AwareDateTime(load_default=None, allow_none=True)


class PageSchema(ArrangedSchema):
    """A page with its blocks."""

    title = fields.String(required=True, validate=Title)
    blocks = fields.List(Block(), load_default=list, validate=validate.Length(max=1000))

    @marshmallow.validates("blocks")
    def told_apart(self, value: list[dict[str, Any]], data_key: str) -> None:
        """Blocks are moved and changed by their id."""
        if len({block["id"] for block in value}) < len(value):
            raise marshmallow.ValidationError("two blocks of a page have the same id")


class SectionSchema(ArrangedSchema):
    """A section: its own pages, then its sub-sections."""

    title = fields.String(required=True, validate=Title)
    pages = fields.List(fields.Nested(PageSchema), load_default=list)
    sections = fields.List(fields.Nested(lambda: SectionSchema()), load_default=list)


class ActivitySchema(marshmallow.Schema):
    """An activity in its newest version; its type checks `body`, `key` and `scoring`."""

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    title = fields.String(required=True, validate=Title)
    points = fields.String(load_default="1")
    body = fields.Dict(required=True)
    key = fields.Dict(required=True)
    scoring = fields.Dict(load_default=dict)

    @marshmallow.post_load
    def checked_by_its_type(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Replace the parts by what the type has cleaned."""
        if data["type"] not in activities:
            raise marshmallow.ValidationError(f"no such type of activity: {data['type']!r}"[:200], "type")
        try:
            content = activities[data["type"]].load(data)
        except Invalid as error:
            raise marshmallow.ValidationError(error.messages) from None
        return {
            **data,
            "points": content.points,
            "body": content.body,
            "key": content.key,
            "scoring": content.scoring,
        }


class ResourceSchema(marshmallow.Schema):
    """A file; its bytes travel beside the JSON under their digest."""

    id = fields.UUID(required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    name = fields.String(required=True, validate=Title)
    media_type = fields.String(required=True, validate=validate.Length(max=127))
    size = fields.Integer(required=True, validate=validate.Range(min=0))
    credit = fields.String(load_default="", validate=Short)
    licence = fields.String(load_default="", validate=Short)


class BinderSchema(marshmallow.Schema):
    """A binder with all that is in it."""

    id = fields.UUID(required=True)
    title = fields.String(required=True, validate=Title)
    description = fields.String(load_default="", validate=validate.Length(max=20_000))
    lang = fields.String(load_default="fr", validate=validate.Regexp(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"))
    subject = fields.String(load_default="", validate=Short)
    level = fields.String(load_default="", validate=Short)
    licence = fields.String(load_default="", validate=Short)
    credit = fields.String(load_default="", validate=validate.Length(max=20_000))
    sections = fields.List(fields.Nested(SectionSchema), load_default=list)
    activities = fields.List(fields.Nested(ActivitySchema), load_default=list)
    resources = fields.List(fields.Nested(ResourceSchema), load_default=list)

    @marshmallow.validates_schema
    def refers_to_what_is_there(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Ids are unique; every block's activity and file is in the binder."""
        seen: set[Any] = set()
        known = {"activities": set[str](), "resources": set[str]()}
        things: list[tuple[str, Mapping[str, Any]]] = [("page", page) for page in walk_pages(data)]
        for name in known:
            things += [(name, thing) for thing in data[name]]
            known[name] = {str(thing["id"]) for thing in data[name]}
        for _, thing in things:
            if thing["id"] in seen:
                raise marshmallow.ValidationError(f"the id {thing['id']} is used twice")
            seen.add(thing["id"])
        for page in walk_pages(data):
            for block in page["blocks"]:
                kind = kind_of(block)
                missing = (set(kind.resources(block)) - known["resources"]) | (
                    set(kind.activities(block)) - known["activities"]
                )
                if missing:
                    raise marshmallow.ValidationError(
                        f"page “{page['title']}” refers to {', '.join(sorted(missing))}, which is not in the binder"
                    )


class DocumentSchema(marshmallow.Schema):
    """The outermost object: what it is, in which version of the format, and the binder."""

    class Meta:
        unknown = RAISE

    format = fields.String(required=True, validate=validate.Equal(FORMAT))
    version = fields.Integer(
        required=True,
        validate=validate.Range(
            min=1, max=VERSION, error="this file comes from a newer Classeur: update this one first"
        ),
    )
    binder = fields.Nested(BinderSchema, required=True)


def walk_pages(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All pages of a binder or section in native form, in reading order."""
    yield from part.get("pages", ())
    for section in part.get("sections", ()):
        yield from walk_pages(section)


def load_binder(document: Any) -> dict[str, Any]:
    """Check and clean a document of the native format.

    :return: the binder; ids are UUIDs, points are Fractions, all HTML is clean.
    :raises Invalid: with messages by field.
    """
    if not isinstance(document, Mapping):
        raise Invalid("not a binder", {"format": ["not a binder: a JSON object is expected"]})
    try:
        loaded: dict[str, Any] = DocumentSchema().load(storable(document))
    except marshmallow.ValidationError as error:
        raise Invalid("not a binder of the native format", {"document": error.messages}) from None
    binder: dict[str, Any] = loaded["binder"]
    return binder


def _dump_arranged(part: Page | Section) -> dict[str, Any]:
    """Only what is out of the ordinary is said."""
    found: dict[str, Any] = {"id": str(part.id), "title": part.title}
    if part.hidden:
        found["hidden"] = True
    if part.visible_from is not None:
        found["visible_from"] = part.visible_from.isoformat()
    return found


def _dump_page(page: Page) -> dict[str, Any]:
    return {**_dump_arranged(page), "blocks": list(page.blocks)}


def _dump_section(section: Section) -> dict[str, Any]:
    return {
        **_dump_arranged(section),
        "pages": [_dump_page(page) for page in section.pages],
        "sections": [_dump_section(part) for part in section.sections],
    }


def _dump_activity(activity: Activity) -> dict[str, Any]:
    version = activity.current
    return {
        "id": str(activity.id),
        "type": version.type,
        "title": version.title,
        "points": str(version.points),
        "body": dict(version.body),
        "key": dict(version.key),
        "scoring": dict(version.scoring),
    }


def _shown_on(pages: Iterable[Page]) -> set[str]:
    """Ids of the files and activities that pages show."""
    shown: set[str] = set()
    for page in pages:
        for block in page.blocks:
            kind = kind_of(block)
            shown.update(kind.resources(block), kind.activities(block))
    return shown


def dump_binder(binder: Binder) -> dict[str, Any]:
    """A whole binder, drafts as they stand, as a document of the native format; without what is in the trash."""
    thrown = _shown_on(binder.trash) - _shown_on(binder.pages) if binder.trash else set()
    texts = ("title", "description", "lang", "subject", "level", "licence", "credit")
    files = ("sha256", "name", "media_type", "size", "credit", "licence")
    return {
        "format": FORMAT,
        "version": VERSION,
        "binder": {
            "id": str(binder.id),
            **{name: getattr(binder, name) for name in texts},
            "sections": [_dump_section(section) for section in binder.chapters],
            "activities": [
                _dump_activity(activity) for activity in binder.activities if str(activity.id) not in thrown
            ],
            "resources": [
                {"id": str(resource.id), **{name: getattr(resource, name) for name in files}}
                for resource in binder.resources
                if str(resource.id) not in thrown
            ],
        },
    }
