"""What a platform's picker wants back, as its request says (Deep Linking 2.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lti.errors import ClaimInvalid, DeepLinkingInvalid
from lti.values import flag_of, text_of, texts_of, url_of

__all__ = ["DeepLinkingSettings"]


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    """What the platform's picker wants back. https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-settings"""

    return_url: str
    accept_types: tuple[str, ...]
    accept_targets: tuple[str, ...]
    accept_multiple: bool = False
    accept_lineitem: bool | None = None
    """None where the platform does not say."""
    accept_media_types: tuple[str, ...] = ()
    """Of files, such as `image/*`; empty where all are welcome."""
    auto_create: bool = False
    title: str = ""
    text: str = ""
    data: str | None = None
    """Opaque; to be given back exactly, even if empty; None if it was not sent."""

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> DeepLinkingSettings:
        """The settings in the claim, or in what was stored of it.

        :raises DeepLinkingInvalid: if a required one is missing.
        :raises ClaimInvalid: if one is not of its type.
        """
        return_url = url_of(settings, "deep_link_return_url")
        types, targets = (
            texts_of(settings, "accept_types"),
            texts_of(settings, "accept_presentation_document_targets"),
        )
        if return_url is None or not types or not targets:
            raise DeepLinkingInvalid(
                "return URL, accept_types or accept_presentation_document_targets is missing"
            )
        data = settings.get("data")
        if data is not None and not isinstance(data, str):
            raise ClaimInvalid("data is not a text", claim="data")
        return cls(
            return_url=return_url,
            accept_types=types,
            accept_targets=targets,
            accept_multiple=flag_of(settings, "accept_multiple") or False,
            accept_lineitem=flag_of(settings, "accept_lineitem"),
            accept_media_types=tuple(
                each.strip().lower()
                for each in text_of(settings, "accept_media_types").split(",")
                if each.strip()
            ),
            auto_create=flag_of(settings, "auto_create") or False,
            title=text_of(settings, "title"),
            text=text_of(settings, "text"),
            data=data,
        )
