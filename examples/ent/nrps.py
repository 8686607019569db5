"""The membership service of Names and Role Provisioning Services 2.0."""

from typing import Any

from flask import Blueprint, Response, request

from examples.ent import launches, people, school
from examples.ent.faults import may_fail
from examples.ent.launches import Launch
from examples.ent.people import Account, Privacy
from examples.ent.platform import Ent, current_ent
from examples.ent.school import Link, SchoolClass
from examples.ent.services import ServiceError, authorized, class_of, must_accept, paged, refused
from examples.ent.tool import Tool
from examples.ent.vocabulary import LTI, MEMBERSHIP, MEMBERSHIP_SCOPE, MEMBERSHIPS_TYPE, ROLES

nrps = Blueprint("nrps", __name__)
nrps.register_error_handler(ServiceError, refused)


@nrps.get("/nrps/<class_id>/memberships")
@may_fail("memberships")
def memberships(class_id: str) -> Response:
    """The people of a class, filtered and paged (NRPS 2.0, 2.4)."""
    tool, ent = authorized(MEMBERSHIP_SCOPE), current_ent()
    must_accept(MEMBERSHIPS_TYPE)
    base = ent.addresses.memberships(class_id, tool)
    with ent.database.reading() as connection:
        school_class = class_of(connection, ent, tool, class_id)
        link = None
        if "rlid" in request.args:
            link = school.find_link(connection, request.args["rlid"])
            if link is None or (link.class_id, link.client_id) != (class_id, tool.client_id):
                raise ServiceError(404, "not_found", "this tool has no such resource link in this class")
        members = people.members(connection, class_id)
    rows = [_member(each, ent, tool, school_class, link) for each in members if _has_role(each)]
    described = launches.context(school_class)
    within = {"id": base, "context": {name: described[name] for name in ("id", "label", "title")}}
    return paged(rows, MEMBERSHIPS_TYPE, base, within=within)


def _has_role(account: Account) -> bool:
    role = request.args.get("role")
    return role is None or any(known in (role, MEMBERSHIP + role) for known in ROLES[account.profile])


def _member(
    account: Account, ent: Ent, tool: Tool, school_class: SchoolClass, link: Link | None
) -> dict[str, Any]:
    member: dict[str, Any] = {
        "user_id": account.id,
        "roles": [role for role in ROLES[account.profile] if role.startswith(MEMBERSHIP)],
        "status": "Active",
        **account.profile_claims(ent.privacy),
    }
    if ent.privacy is not Privacy.ANONYMOUS:
        member["lis_person_sourcedid"] = launches.sourced_id(account.login)
    if link:
        launch = Launch(account=account, school_class=school_class, tool=tool, nonce="", link=link)
        custom = ent.launcher.custom(launch)
        message = {f"{LTI}message_type": "LtiResourceLinkRequest", f"{LTI}custom": custom}
        member["message"] = [message]
    return member
