"""Resumable uploads of authors: files on their way to a binder, or to the question bank."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from binder.bank.bank_editing import ToBank
from binder.resources.uploading import ToBinder
from lti.views.screens import Here, screen
from lti.views.transfers import tus

__all__ = [
    "bank_upload_state",
    "bank_uploads",
    "cancel_bank_upload",
    "cancel_upload",
    "receive_bank_piece",
    "receive_piece",
    "upload_state",
    "uploads",
]

UPLOAD = "/binders/<uuid:binder>/uploads/<uuid:upload>"


def _desk(here: Here, binder: UUID) -> tus.Desk:
    return tus.Desk(
        here,
        ToBinder(binder),
        lambda upload: here.url("upload_state", binder=binder, upload=upload),
        lambda file: here.url("binder_file", binder=binder, resource=file),
    )


@screen("/binders/<uuid:binder>/uploads", "OPTIONS", "POST")
def uploads(here: Here, binder: UUID) -> Response:
    """See `tus.announce`."""
    return tus.announce(_desk(here, binder))


@screen(UPLOAD, "HEAD", "OPTIONS")
def upload_state(here: Here, binder: UUID, upload: UUID) -> Response:
    """See `tus.state`."""
    return tus.state(_desk(here, binder), upload)


@screen(UPLOAD, "PATCH", alone=True)
def receive_piece(here: Here, binder: UUID, upload: UUID) -> Response:
    """See `tus.receive`."""
    return tus.receive(_desk(here, binder), upload)


@screen(UPLOAD, "DELETE")
def cancel_upload(here: Here, binder: UUID, upload: UUID) -> Response:
    """See `tus.cancel`."""
    return tus.cancel(_desk(here, binder), upload)


IN_BANK = "/bank/<uuid:binder>/uploads/<uuid:upload>"


def _bank_desk(here: Here, binder: UUID) -> tus.Desk:
    return tus.Desk(
        here,
        ToBank(binder),
        lambda upload: here.url("bank_upload_state", binder=binder, upload=upload),
        lambda file: here.url("bank_file", resource=file),
    )


@screen("/bank/<uuid:binder>/uploads", "OPTIONS", "POST")
def bank_uploads(here: Here, binder: UUID) -> Response:
    """See `tus.announce`."""
    return tus.announce(_bank_desk(here, binder))


@screen(IN_BANK, "HEAD", "OPTIONS")
def bank_upload_state(here: Here, binder: UUID, upload: UUID) -> Response:
    """See `tus.state`."""
    return tus.state(_bank_desk(here, binder), upload)


@screen(IN_BANK, "PATCH", alone=True)
def receive_bank_piece(here: Here, binder: UUID, upload: UUID) -> Response:
    """See `tus.receive`."""
    return tus.receive(_bank_desk(here, binder), upload)


@screen(IN_BANK, "DELETE")
def cancel_bank_upload(here: Here, binder: UUID, upload: UUID) -> Response:
    """See `tus.cancel`."""
    return tus.cancel(_bank_desk(here, binder), upload)
