"""Roles: a table of what platforms send and what it means here."""

from __future__ import annotations

import pytest

from binder.access import Role
from lti.claims.roles import INSTITUTION_ROLES, SUB_ROLES, TEST_USER, is_test_user, role_of

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
M = LIS + "membership"
I = LIS + "institution/person#"  # noqa: E741
S = LIS + "system/person#"

TABLE = [
    ([], Role.LEARNER),
    (["", "#", "Owl", "https://ent.example/roles#Instructor"], Role.LEARNER),
    # the context's own
    ([M + "#Instructor"], Role.INSTRUCTOR),
    ([M + "#ContentDeveloper"], Role.CONTENT_DEVELOPER),
    ([M + "#Administrator"], Role.ADMINISTRATOR),
    ([M + "#Mentor"], Role.MENTOR),
    ([M + "#Learner"], Role.LEARNER),
    ([M + "#Manager"], Role.LEARNER),
    ([M + "#Officer", M + "#Member"], Role.LEARNER),
    # sub-roles
    ([M + "/Instructor#TeachingAssistant"], Role.INSTRUCTOR),
    ([M + "/Instructor#PrimaryInstructor"], Role.INSTRUCTOR),
    ([M + "/Learner#Instructor"], Role.LEARNER),
    ([M + "/Mentor#Tutor"], Role.MENTOR),
    ([M + "/ContentDeveloper#Librarian"], Role.CONTENT_DEVELOPER),
    ([M + "/Administrator#Support"], Role.ADMINISTRATOR),
    ([M + "/Manager#Observer"], Role.LEARNER),
    ([M + "/Instructor#Owl"], Role.LEARNER),
    # several at once
    ([M + "#Learner", M + "#Instructor"], Role.INSTRUCTOR),
    ([M + "#Administrator", M + "#Instructor"], Role.INSTRUCTOR),
    ([M + "#Administrator", M + "#ContentDeveloper"], Role.CONTENT_DEVELOPER),
    ([M + "#Mentor", M + "#Administrator"], Role.ADMINISTRATOR),
    ([M + "#Mentor", M + "#Instructor"], Role.INSTRUCTOR),
    ([M + "#Mentor", M + "#Learner"], Role.LEARNER),
    ([M + "#Learner", TEST_USER], Role.LEARNER),
    # the context decides, whatever the institution says
    ([M + "#Learner", I + "Instructor", S + "Administrator"], Role.LEARNER),
    ([I + "Faculty", M + "#Member"], Role.LEARNER),
    ([I + "Instructor", M + "#Owl"], Role.LEARNER),
    ([I + "Student", M + "#Instructor"], Role.INSTRUCTOR),
    # no role in the context
    ([I + "Faculty"], Role.INSTRUCTOR),
    ([I + "Instructor"], Role.INSTRUCTOR),
    ([I + "Administrator"], Role.ADMINISTRATOR),
    ([I + "Mentor"], Role.MENTOR),
    ([I + "Student"], Role.LEARNER),
    ([I + "Staff"], Role.LEARNER),
    ([I + "Observer", I + "Guest"], Role.LEARNER),
    ([I + "Student", S + "Administrator"], Role.LEARNER),
    ([S + "Administrator"], Role.ADMINISTRATOR),
    ([S + "SysAdmin"], Role.ADMINISTRATOR),
    ([S + "User"], Role.LEARNER),
    ([TEST_USER], Role.LEARNER),
    # deprecated, still read
    (["Instructor"], Role.INSTRUCTOR),
    (["TeachingAssistant"], Role.INSTRUCTOR),
    (["Learner", I + "Instructor"], Role.LEARNER),
    (["urn:lti:role:ims/lis/Instructor"], Role.INSTRUCTOR),
    (["urn:lti:role:ims/lis/TeachingAssistant"], Role.INSTRUCTOR),
    (["urn:lti:role:ims/lis/Learner/Instructor"], Role.LEARNER),
    (["urn:lti:role:ims/lis/Mentor/Tutor"], Role.MENTOR),
    (["urn:lti:instrole:ims/lis/Faculty"], Role.INSTRUCTOR),
    (["urn:lti:sysrole:ims/lis/SysAdmin"], Role.ADMINISTRATOR),
    ([LIS + "person#Administrator"], Role.ADMINISTRATOR),
    # to the letter
    ([M + "#instructor"], Role.LEARNER),
    (["instructor"], Role.LEARNER),
    ([M + "#Instructor "], Role.LEARNER),
    (["https" + M[4:] + "#Instructor"], Role.LEARNER),
]


@pytest.mark.parametrize(("sent", "role"), TABLE)
def test_role_of(sent: list[str], role: Role) -> None:
    assert role_of(sent) is role
    assert role_of(list(reversed(sent))) is role


def test_every_sub_role_means_its_principal_role() -> None:
    for role, subs in SUB_ROLES.items():
        for sub in subs.split():
            assert role_of([f"{M}/{role}#{sub}"]) is role


def test_nobody_is_more_than_a_learner_by_an_unknown_word() -> None:
    known = {name for names in INSTITUTION_ROLES.values() for name in names.split()}
    for name in ("Alumni", "Guest", "Member", "None", "Observer", "Other", "ProspectiveStudent", "Staff"):
        assert name not in known
        assert role_of([I + name]) is Role.LEARNER


def test_test_user() -> None:
    assert is_test_user([M + "#Learner", TEST_USER])
    assert not is_test_user([M + "#Learner", TEST_USER + "s", "TestUser"])
