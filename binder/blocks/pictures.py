"""A picture as HTML: as large as it needs to be, and its place kept free while it loads."""

from __future__ import annotations

from markupsafe import Markup, escape

from binder.blocks.base import FileView

__all__ = ["SIZES", "img"]

SIZES = "(min-width: 50rem) 46rem, 100vw"
"""How wide a picture is shown when nothing else is said: a column of text, or the whole window."""


def img(file: FileView, alt: str, sizes: str = SIZES) -> Markup:
    """The picture; browsers choose among its sizes the one that fits.

    :param alt: what it shows; empty for a decoration.
    """
    parts = [Markup('src="{}"').format(file.url)]
    if file.variants:
        all_sizes = dict(file.variants)
        if file.width:
            all_sizes[file.width] = file.url
        candidates = ", ".join(f"{url} {width}w" for width, url in sorted(all_sizes.items()))
        parts.append(Markup('srcset="{}" sizes="{}"').format(candidates, sizes))
    if file.width and file.height:
        parts.append(Markup('width="{}" height="{}"').format(file.width, file.height))
    parts.append(Markup('alt="{}" loading="lazy"').format(escape(alt)))
    return Markup("<img {}>").format(Markup(" ").join(parts))
