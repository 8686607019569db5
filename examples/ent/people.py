"""The people of the school: who they are, what they are to a class, how they sign in."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from werkzeug.security import check_password_hash


class Profile(StrEnum):
    """What somebody is in the school (the national profiles ELV, ENS, TUT, DIR)."""

    TEACHER = "teacher"
    PUPIL = "pupil"
    GUARDIAN = "guardian"
    HEAD = "head"
    ADMINISTRATOR = "administrator"


class Privacy(StrEnum):
    """What the ENT tells a tool about people."""

    PUBLIC = "public"
    NAMES = "names"
    EMAIL = "email"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    id: str
    login: str
    title: str
    given_name: str
    family_name: str
    profile: Profile
    locale: str

    @property
    def name(self) -> str:
        """The full name, as a tool gets it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def shown_name(self) -> str:
        """The name with its courtesy title, as pages show it."""
        return f"{self.title} {self.name}".strip()

    @property
    def email(self) -> str:
        """The school's address for this person."""
        return f"{self.login}@quatre-vents.test"

    def profile_claims(self, privacy: Privacy) -> dict[str, str]:
        """What may be told about this person (OpenID Connect core 1.0, 5.1)."""
        if privacy is Privacy.ANONYMOUS:
            return {}
        if privacy is Privacy.EMAIL:
            return {"locale": self.locale, "email": self.email}
        names = {"name": self.name, "given_name": self.given_name, "family_name": self.family_name}
        if privacy is Privacy.NAMES:
            return {**names, "locale": self.locale}
        return {**names, "locale": self.locale, "email": self.email}


_COLUMNS = "id, login, title, given_name, family_name, profile, locale"
_MEMBERS = f"""
SELECT {_COLUMNS} FROM accounts WHERE id IN (
    SELECT account_id FROM enrolments WHERE class_id = :class_id
    UNION
    SELECT guardian_id FROM guardians JOIN enrolments ON pupil_id = account_id WHERE class_id = :class_id
) ORDER BY family_name, given_name
"""  # noqa: S608 - our own column names


def find(connection: sqlite3.Connection, login_or_id: str) -> Account | None:
    """The account with this login or identifier."""
    query = f"SELECT {_COLUMNS} FROM accounts WHERE id = :key OR login = :key"  # noqa: S608 - our own column names
    row = connection.execute(query, {"key": login_or_id}).fetchone()
    return _account(row) if row else None


def everybody(connection: sqlite3.Connection) -> list[Account]:
    """All accounts in the order they were made."""
    query = f"SELECT {_COLUMNS} FROM accounts ORDER BY rowid"  # noqa: S608 - our own column names
    return [_account(row) for row in connection.execute(query)]


def sign_in(connection: sqlite3.Connection, login: str, password: str) -> Account | None:
    """The account if the password is right."""
    query = "SELECT password_hash FROM accounts WHERE login = ?"
    row = connection.execute(query, (login,)).fetchone()
    if row is None or not check_password_hash(row["password_hash"], password):
        return None
    return find(connection, login)


def members(connection: sqlite3.Connection, class_id: str) -> list[Account]:
    """The pupils, their guardians and the teachers of a class."""
    return [_account(row) for row in connection.execute(_MEMBERS, {"class_id": class_id})]


def belongs(connection: sqlite3.Connection, account: Account, class_id: str) -> bool:
    """Whether somebody may open a class; head and administrator may open every one."""
    if account.profile in (Profile.HEAD, Profile.ADMINISTRATOR):
        return True
    return any(member.id == account.id for member in members(connection, class_id))


def pupils(connection: sqlite3.Connection, class_id: str) -> list[Account]:
    """The pupils of a class."""
    return [member for member in members(connection, class_id) if member.profile is Profile.PUPIL]


def teachers(connection: sqlite3.Connection, class_id: str) -> list[Account]:
    """The teachers of a class."""
    return [member for member in members(connection, class_id) if member.profile is Profile.TEACHER]


def enrol(connection: sqlite3.Connection, account: Account, class_id: str) -> None:
    """Put somebody into a class."""
    connection.execute("INSERT OR IGNORE INTO enrolments VALUES (?, ?)", (class_id, account.id))


def withdraw(connection: sqlite3.Connection, account: Account, class_id: str) -> None:
    """Take somebody out of a class."""
    row = (class_id, account.id)
    connection.execute("DELETE FROM enrolments WHERE class_id = ? AND account_id = ?", row)


def children(connection: sqlite3.Connection, guardian: Account, class_id: str) -> list[Account]:
    """The children somebody has in a class."""
    query = "SELECT pupil_id FROM guardians WHERE guardian_id = ?"
    own = {row["pupil_id"] for row in connection.execute(query, (guardian.id,))}
    return [pupil for pupil in pupils(connection, class_id) if pupil.id in own]


def set_locale(connection: sqlite3.Connection, account: Account, locale: str) -> None:
    """Remember the language somebody reads in."""
    connection.execute("UPDATE accounts SET locale = ? WHERE id = ?", (locale, account.id))


def _account(row: sqlite3.Row) -> Account:
    values = dict(row)
    return Account(**{**values, "profile": Profile(values["profile"])})
