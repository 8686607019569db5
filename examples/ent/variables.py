"""What custom parameters may stand for (LTI 1.3 core, appendix D): variables and their values."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from examples.ent import copying, gradebook, people, school
from examples.ent.options import TIME_ZONE
from examples.ent.people import Account, Privacy, Profile
from examples.ent.vocabulary import COURSE_SECTION, ROLES

if TYPE_CHECKING:
    from examples.ent.launches import Launch
    from examples.ent.platform import Ent

PRODUCT, PRODUCT_VERSION = "classeur-ent", "1.0"
GRADE = "07"
"""The OneRoster code of the seventh year of schooling, which all classes here are in."""

PERIODS = ("available", "submission")
VALUELESS = """
User.image User.org Person.name.middle Person.name.suffix Person.gender Person.gender.pronouns
Person.address.street1 Person.address.street2 Person.address.street3 Person.address.street4 Person.address.locality
Person.address.statepr Person.address.country Person.address.postcode Person.phone.mobile Person.phone.primary
Person.phone.home Person.phone.work Person.email.personal Person.webaddress Person.sms
""".split()
UNSET = """
Context.org ResourceLink.available.user.startDateTime ResourceLink.available.user.endDateTime
ResourceLink.submission.user.startDateTime ResourceLink.submission.user.endDateTime
ResourceLink.lineitem.releaseDateTime ResourceLink.lineitem.user.releaseDateTime
CourseSection.shortDescription CourseSection.longDescription CourseSection.courseNumber CourseSection.credits
CourseSection.maxNumberOfStudents CourseSection.dept CourseSection.timeFrame.begin CourseSection.timeFrame.end
CourseSection.enrollControl.accept CourseSection.enrollControl.allowed CourseSection.sourceSectionId
Membership.createdTimestamp Message.height Message.width
""".split()
"""Known to the ENT, which has no value for them."""
NAMES = tuple(
    sorted(
        {
            *VALUELESS,
            *UNSET,
            *"User.id User.username User.scope.mentor User.gradeLevels.oneRoster".split(),
            *"Person.sourcedId Person.address.timezone Person.email.primary".split(),
            *(f"Person.name.{part}" for part in ("full", "given", "family", "prefix")),
            *(f"Context.{part}" for part in "id type label title sourcedId id.history".split()),
            "Context.gradeLevels.oneRoster",
            *(f"ResourceLink.{part}" for part in "id title description id.history".split()),
            *(f"ResourceLink.{period}.{end}DateTime" for period in PERIODS for end in ("start", "end")),
            *(
                f"CourseSection.{part}"
                for part in "sourcedId label title numberOfStudents dataSource".split()
            ),
            *(f"Membership.{part}" for part in "sourcedId collectionSourcedId personSourcedId".split()),
            *(f"Membership.{part}" for part in "status role role.scope.mentor dataSource".split()),
            *(f"Message.{part}" for part in "returnUrl documentTarget locale".split()),
            *"ToolPlatform.productFamilyCode ToolPlatform.version LineItem.url LineItems.url".split(),
            *(f"ToolPlatformInstance.{part}" for part in "guid name description url contactEmail".split()),
        }
    )
)
"""Every variable the ENT knows, without its dollar sign."""


def replaced(
    ent: "Ent", connection: sqlite3.Connection, launch: "Launch", parameters: Mapping[str, str]
) -> dict[str, str]:
    """Custom parameters with what the ENT knows put in; anything else stays as it is."""
    if not any(value.startswith("$") for value in parameters.values()):
        return dict(parameters)
    known = values(ent, connection, launch)
    return {
        name: known.get(value[1:], value) if value.startswith("$") else value
        for name, value in parameters.items()
    }


def values(ent: "Ent", connection: sqlite3.Connection, launch: "Launch") -> dict[str, str]:
    """Variable → value of all that may be told with this message; "" where there is no value."""
    found = {
        **_message(ent, launch),
        **_user(ent, connection, launch),
        "ToolPlatform.productFamilyCode": PRODUCT,
        "ToolPlatform.version": PRODUCT_VERSION,
        "ToolPlatformInstance.guid": school.GUID,
        "ToolPlatformInstance.name": school.NAME,
        "ToolPlatformInstance.description": "",
        "ToolPlatformInstance.url": ent.addresses.public,
        "ToolPlatformInstance.contactEmail": "",
    }
    if launch.school_class:
        found |= dict.fromkeys((name for name in UNSET if not name.startswith("ResourceLink")), "")
        found |= _context(ent, connection, launch)
    if launch.link:
        found |= dict.fromkeys((name for name in UNSET if name.startswith("ResourceLink")), "")
        found |= _resource_link(ent, connection, launch)
    return found


def listed(identifiers: Iterable[str]) -> str:
    """Identifiers as one value, separated by commas that none of them contains."""
    return ",".join(quote(each, safe="") for each in identifiers)


def sourced_id(name: str) -> str:
    """The identifier in the school's own directory."""
    return f"quatre-vents:{name}"


def _message(ent: "Ent", launch: "Launch") -> dict[str, str]:
    return {
        "Message.returnUrl": ent.launcher.return_url(launch),
        "Message.documentTarget": launch.document_target,
        "Message.locale": launch.account.locale,
        "Message.height": "",
        "Message.width": "",
    }


def _user(ent: "Ent", connection: sqlite3.Connection, launch: "Launch") -> dict[str, str]:
    account, privacy = launch.account, ent.launcher.privacy_of(launch.tool)
    found = {"Person.address.timezone": ent.options.time_zones.get(account.login, TIME_ZONE)}
    if ent.launcher.has_sub(launch.tool):
        found |= {"User.id": account.id, "User.scope.mentor": _mentored(connection, launch)}
    if account.profile is Profile.PUPIL:
        found["User.gradeLevels.oneRoster"] = GRADE
    if privacy is not Privacy.ANONYMOUS:
        found |= dict.fromkeys(VALUELESS, "")
    if privacy in (Privacy.PUBLIC, Privacy.NAMES):
        found |= _names(account)
    if privacy in (Privacy.PUBLIC, Privacy.EMAIL):
        found["Person.email.primary"] = account.email
    return found


def _names(account: Account) -> dict[str, str]:
    return {
        "User.username": account.login,
        "Person.sourcedId": sourced_id(account.login),
        "Person.name.full": account.name,
        "Person.name.given": account.given_name,
        "Person.name.family": account.family_name,
        "Person.name.prefix": account.title,
    }


def _mentored(connection: sqlite3.Connection, launch: "Launch") -> str:
    if launch.school_class is None or launch.account.profile is not Profile.GUARDIAN:
        return ""
    own = people.children(connection, launch.account, launch.school_class.id)
    return listed(child.id for child in own)


def _context(ent: "Ent", connection: sqlite3.Connection, launch: "Launch") -> dict[str, str]:
    school_class, account = launch.school_class, launch.account
    if school_class is None:
        return {}
    section = sourced_id(school_class.label)
    mentored = _mentored(connection, launch) if ent.launcher.has_sub(launch.tool) else ""
    found = {
        "Context.id": school_class.id,
        "Context.label": school_class.label,
        "Context.title": school_class.title,
        "Context.type": COURSE_SECTION,
        "Context.sourcedId": section,
        "Context.id.history": listed(copying.context_history(connection, school_class.id)),
        "Context.gradeLevels.oneRoster": GRADE,
        "CourseSection.sourcedId": section,
        "CourseSection.label": school_class.label,
        "CourseSection.title": school_class.title,
        "CourseSection.numberOfStudents": str(len(people.pupils(connection, school_class.id))),
        "CourseSection.dataSource": school.GUID,
        "Membership.status": "Active",
        "Membership.role": ",".join(ROLES[account.profile]),
        "Membership.role.scope.mentor": mentored,
        "Membership.collectionSourcedId": section,
        "Membership.dataSource": school.GUID,
        "LineItems.url": ent.addresses.line_items(school_class.id, launch.tool),
    }
    if ent.launcher.privacy_of(launch.tool) in (Privacy.PUBLIC, Privacy.NAMES):
        found["Membership.sourcedId"] = f"{section}:{account.login}"
        found["Membership.personSourcedId"] = sourced_id(account.login)
    return found


def _resource_link(ent: "Ent", connection: sqlite3.Connection, launch: "Launch") -> dict[str, str]:
    link, tool = launch.link, launch.tool
    if link is None:
        return {}
    found = {
        "ResourceLink.id": link.id,
        "ResourceLink.title": link.title,
        "ResourceLink.description": link.text,
        "ResourceLink.id.history": listed(copying.link_history(connection, link.id)),
    }
    for period in PERIODS:
        for end in ("startDateTime", "endDateTime"):
            found[f"ResourceLink.{period}.{end}"] = link.dates.get(period, {}).get(end, "")
    bound = gradebook.line_items(connection, link.class_id, tool.client_id, link_id=link.id)
    found["LineItem.url"] = (
        ent.addresses.line_item(link.class_id, bound[0].id, tool) if len(bound) == 1 else ""
    )
    return found
