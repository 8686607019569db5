"""A published page as a piece of somebody else's page: its texts, without questions, files and frames."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from markupsafe import Markup

from binder.blocks import FileView, kind_of
from binder.blocks.outline import closed_up
from binder.models import PageRevision
from lti.links.picking import is_still

__all__ = ["fragment"]


@dataclass
class _Bare:
    """A `binder.blocks.Rendering` that knows nothing beyond the text."""

    lang: str

    @property
    def embed_hosts(self) -> Collection[str]:
        """See `Rendering.embed_hosts`: other sites are linked to."""
        return ()

    def file(self, resource_id: str) -> FileView | None:
        """See `Rendering.file`."""
        return None

    def activity(self, activity_id: str) -> Markup:
        """See `Rendering.activity`."""
        return Markup("")

    def page(self, page_id: str) -> str | None:
        """See `Rendering.page`: without a launch they lead nowhere."""
        return None


def fragment(revision: PageRevision, lang: str) -> str:
    """HTML of the blocks that mean the same in another page; what authors wrote in them was cleaned when it was stored."""
    rendering = _Bare(lang)
    shown = Markup("\n").join(
        kind_of(block).html(block, rendering) for block in revision.blocks if is_still(block)
    )
    return str(Markup('<div lang="{}">{}</div>').format(lang, closed_up(shown, below=2)))
