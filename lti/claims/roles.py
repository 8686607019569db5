"""From the roles that a platform sends to the one that Classeur goes by.

The most specific level that has any role at all decides: context, then institution, then system; so an institution's
Instructor stays a Learner in a course where that is the role. Within a level, the first line that fits:

| our role         | context (`membership#…` and its sub-roles)          | institution         | system                            |
|------------------|-----------------------------------------------------|---------------------|-----------------------------------|
| Instructor       | Instructor; its sub-roles, so also assistants alone | Faculty, Instructor | –                                 |
| ContentDeveloper | ContentDeveloper; its sub-roles                     | –                   | –                                 |
| Administrator    | Administrator; its sub-roles                        | Administrator       | Administrator, AccountAdmin, SysAdmin |
| Learner          | Learner; its sub-roles, so also Learner#Instructor  | Student, Learner    | –                                 |
| Mentor           | Mentor; its sub-roles                               | Mentor              | –                                 |
| Learner          | anything else, and no role at all                   | anything else       | anything else                     |

A Mentor who is a Learner too is a Learner: the own work goes first, and nobody reads a classmate's by accident.
Words are compared whole. https://www.imsglobal.org/spec/lti/v1p3#role-vocabularies
"""

from __future__ import annotations

from collections.abc import Sequence

from binder.access import Role

__all__ = ["TEST_USER", "is_test_user", "role_of"]

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

SUB_ROLES = {
    Role.INSTRUCTOR: "ExternalInstructor Grader GuestInstructor Lecturer PrimaryInstructor SecondaryInstructor "
    "TeachingAssistant TeachingAssistantGroup TeachingAssistantOffering TeachingAssistantSection "
    "TeachingAssistantSectionAssociation TeachingAssistantTemplate",
    Role.CONTENT_DEVELOPER: "ContentDeveloper ContentExpert ExternalContentExpert Librarian",
    Role.ADMINISTRATOR: "Administrator Developer ExternalDeveloper ExternalSupport ExternalSystemAdministrator Support "
    "SystemAdministrator",
    Role.LEARNER: "ExternalLearner GuestLearner Instructor Learner NonCreditLearner",
    Role.MENTOR: "Advisor Auditor ExternalAdvisor ExternalAuditor ExternalLearningFacilitator ExternalMentor "
    "ExternalReviewer ExternalTutor LearningFacilitator Mentor Reviewer Tutor",
}
INSTITUTION_ROLES = {
    Role.INSTRUCTOR: "Faculty Instructor",
    Role.ADMINISTRATOR: "Administrator",
    Role.LEARNER: "Student Learner",
    Role.MENTOR: "Mentor",
}
SYSTEM_ROLES = {Role.ADMINISTRATOR: "Administrator AccountAdmin SysAdmin"}
ORDER = (Role.INSTRUCTOR, Role.CONTENT_DEVELOPER, Role.ADMINISTRATOR, Role.LEARNER, Role.MENTOR)

# the forms of LTI 1.1 and the bare words are deprecated, to be read and never to be written
OLD_CONTEXT = "urn:lti:role:ims/lis/"
INSTITUTION = (LIS + "institution/person#", LIS + "person#", "urn:lti:instrole:ims/lis/")
SYSTEM = (LIS + "system/person#", "urn:lti:sysrole:ims/lis/")


def _context_table() -> dict[str, Role]:
    table = {"TeachingAssistant": Role.INSTRUCTOR, OLD_CONTEXT + "TeachingAssistant": Role.INSTRUCTOR}
    for role, subs in SUB_ROLES.items():
        table |= {prefix + role: role for prefix in (LIS + "membership#", OLD_CONTEXT, "")}
        table |= {f"{LIS}membership/{role}#{sub}": role for sub in subs.split()}
        table |= {f"{OLD_CONTEXT}{role}/{sub}": role for sub in subs.split()}
    return table


def _person_table(roles: dict[Role, str], prefixes: Sequence[str]) -> dict[str, Role]:
    return {
        prefix + name: role for role, names in roles.items() for prefix in prefixes for name in names.split()
    }


LEVELS = (
    (_context_table(), (LIS + "membership", OLD_CONTEXT)),
    (_person_table(INSTITUTION_ROLES, INSTITUTION), INSTITUTION),
    (_person_table(SYSTEM_ROLES, SYSTEM), SYSTEM),
)


def role_of(roles: Sequence[str]) -> Role:
    """The one role in Classeur of somebody with these roles of LIS.

    A role that nobody knows gives no right, but counts as one of its level: a course's unknown role is a Learner's.
    """
    for table, prefixes in LEVELS:
        here = [role for role in roles if role in table or role.startswith(prefixes)]
        if here:
            meant = {table.get(role) for role in here}
            return next((role for role in ORDER if role in meant), Role.LEARNER)
    return Role.LEARNER


def is_test_user(roles: Sequence[str]) -> bool:
    """Whether somebody is a teacher trying things out: not on class lists, no grade leaves."""
    return TEST_USER in roles
