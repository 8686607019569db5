"""How the ENT behaves where platforms differ; tests turn these switches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from examples.ent.files import File, fetch
from examples.ent.vocabulary import DATA_PRIVACY_REQUEST

CONTENT_TYPES = ("link", "ltiResourceLink", "file", "html", "image")
DOCUMENT_TARGETS = ("embed", "iframe", "window")
STORAGE_FRAME = "lti_storage"
STORAGE_FAULTS = frozenset({"silent", "wrong_origin", "exhausted", "no_frame"})
TIME_ZONE = "Europe/Paris"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a teacher may bring back from a tool (Deep Linking 2.0, 4.2); None leaves a setting out."""

    accept_types: tuple[str, ...] = CONTENT_TYPES
    accept_presentation_document_targets: tuple[str, ...] = DOCUMENT_TARGETS
    accept_media_types: str | None = None
    accept_multiple: bool | None = True
    accept_lineitem: bool | None = True
    auto_create: bool | None = False
    title: str | None = None
    text: str | None = None

    def settings(self) -> dict[str, Any]:
        """The settings as the message states them."""
        values = {**vars(self), "accept_types": list(self.accept_types)}
        values["accept_presentation_document_targets"] = list(self.accept_presentation_document_targets)
        return {name: value for name, value in values.items() if value is not None}


@dataclass
class Options:
    """The switches of one ENT, in force for every message that follows."""

    storage_target: str | None = STORAGE_FRAME
    """Where tools in a frame may keep values: "_parent", the name of a frame, or None for nowhere."""
    storage_faults: frozenset[str] = frozenset()
    """How the storage fails: some of STORAGE_FAULTS ("no_frame" announces a frame that is not there)."""
    choice: Choice = field(default_factory=Choice)
    anonymous_sub: bool = True
    """Whether launches under Privacy.ANONYMOUS have a sub all the same."""
    test_users: frozenset[str] = frozenset()
    """The logins whose launches carry the role TestUser."""
    data_privacy_request: str = DATA_PRIVACY_REQUEST
    authorization_error: tuple[str, str] | None = None
    """A code and a description with which every authorization request is refused."""
    fetch: Callable[[str], File | None] = fetch
    """How a tool's files are copied."""
    time_zones: Mapping[str, str] = field(default_factory=dict)
    """Login → time zone, where it is not TIME_ZONE."""
