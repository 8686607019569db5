"""Secrets that must lie in the database – our private keys, platforms' tokens – sealed by a secret of the host's.

Without `LTI_SECRET` they lie there as they are: then the database file is as precious as the keys.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lti.errors import SettingsInvalid

__all__ = ["Sealer"]

MARK = "sealed:1:"


class Sealer:
    """Seals and opens texts.

    :param secrets: the first seals, all open: so `LTI_SECRET` itself can be changed. None of them: nothing is sealed.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._fernet = MultiFernet([Fernet(_key(secret)) for secret in secrets]) if secrets else None

    @property
    def seals(self) -> bool:
        """Whether there is a secret to seal with."""
        return self._fernet is not None

    def seal(self, text: str) -> str:
        """What is to be stored."""
        return text if self._fernet is None else MARK + self._fernet.encrypt(text.encode()).decode()

    def open(self, stored: str) -> str:
        """What was sealed; what never was comes back as it is.

        :raises SettingsInvalid: if it was sealed by a secret that we do not have.
        """
        if not stored.startswith(MARK):
            return stored
        try:
            if self._fernet is not None:
                return self._fernet.decrypt(stored.removeprefix(MARK)).decode()
        except InvalidToken:
            pass
        raise SettingsInvalid(
            "LTI_SECRET is not the one that keys and tokens in the database were sealed with"
        )


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"classeur sealing").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
