"""The files of a binder on their way into an export: which are there, under which path, and which are shown."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO
from uuid import UUID

from binder.blocks import FileView
from binder.errors import NotFound
from binder.storage import Storage
from exporters.archive import Entry
from exporters.base import Loss, LossCode
from exporters.native import file_path

__all__ = ["Files"]


class Files:
    """A binder's files by the id of their resource; bytes used twice have one path.

    :param resources: in native form.
    :param held: id → state of those that must not be handed out.
    """

    def __init__(
        self,
        resources: Sequence[Mapping[str, Any]],
        storage: Storage,
        tenant_id: UUID,
        held: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._held = held
        self._storage, self._tenant_id = storage, tenant_id
        self._resources = {str(resource["id"]): resource for resource in resources}
        self._asked: set[str] = set()
        self._paths: dict[str, str] = {}
        for resource in resources:
            sha256, is_held = str(resource["sha256"]), str(resource["id"]) in held
            if not is_held and sha256 not in self._paths and self._is_there(sha256):
                self._paths[sha256] = file_path(sha256, resource["media_type"], resource["name"])
        self.shown: dict[str, Mapping[str, Any]] = {}
        """The resources that `view` has given out, by id, in that order."""

    def _is_there(self, sha256: str) -> bool:
        try:
            self._storage.open(self._tenant_id, sha256).close()
        except NotFound:
            return False
        return True

    def view(self, resource_id: str, up: str, *, inside: bool = False) -> FileView | None:
        """The file as a block shows it; None where its bytes are missing.

        :param up: the way from the page to the root of the export, such as `../`.
        :param inside: put its bytes into the address, where a browser would not read them from a file.
        """
        self._asked.add(resource_id)
        resource = self._resources.get(resource_id)
        path = self._paths.get(str(resource["sha256"])) if resource else None
        if resource is None or path is None or resource_id in self._held:
            return None
        if not inside:
            self.shown[resource_id] = resource
        return FileView(
            url=self._data_url(resource) if inside else up + path,
            name=str(resource["name"]),
            media_type=str(resource["media_type"]),
            size=int(resource["size"]),
            credit=str(resource["credit"]),
            licence=str(resource["licence"]),
        )

    def _data_url(self, resource: Mapping[str, Any]) -> str:
        with self._storage.open(self._tenant_id, str(resource["sha256"])) as source:
            data = base64.b64encode(source.read()).decode()
        return f"data:{resource['media_type']};base64,{data}"

    def why_not(self, resource_id: str) -> LossCode:
        """Why a file is left out."""
        state = self._held.get(resource_id)
        if state is None:
            return LossCode.MISSING_FILE
        return LossCode.REFUSED_FILE if state == "refused" else LossCode.UNSCANNED_FILE

    def name(self, resource_id: str) -> str:
        """What the author calls the file; its id where it is no file of the binder."""
        resource = self._resources.get(resource_id)
        return str(resource["name"]) if resource else resource_id

    def media_type(self, resource_id: str) -> str:
        """What kind of file it is; empty where it is no file of the binder."""
        resource = self._resources.get(resource_id)
        return str(resource["media_type"]) if resource else ""

    def entries(self, *, shown_only: bool) -> dict[str, Entry]:
        """What goes into the zip: path → a way to open the bytes."""
        wanted = (
            {str(resource["sha256"]) for resource in self.shown.values()} if shown_only else set(self._paths)
        )
        return {path: self._opener(sha256) for sha256, path in self._paths.items() if sha256 in wanted}

    def _opener(self, sha256: str) -> Entry:
        def open_() -> BinaryIO:
            return self._storage.open(self._tenant_id, sha256)

        return open_

    def losses(self, digests: Mapping[str, str], *, shown_only: bool) -> list[Loss]:
        """The files whose bytes are not those that the binder names, and the missing ones that no page asked for.

        :param digests: path → SHA-256, as written.
        """
        losses = []
        for resource_id, resource in self._resources.items():
            name, sha256 = str(resource["name"]), str(resource["sha256"])
            path = None if resource_id in self._held else self._paths.get(sha256)
            if path is None and not shown_only and resource_id not in self._asked:
                losses.append(Loss(self.why_not(resource_id), "", name))
            elif path is not None and digests.get(path, sha256) != sha256:
                losses.append(Loss(LossCode.DAMAGED_FILE, "", name))
        return losses
