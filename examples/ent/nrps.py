"""The membership service of Names and Role Provisioning Services 2.0."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from examples.ent import groups, launches, people, roster_changes, school
from examples.ent.faults import may_fail
from examples.ent.launches import Launch
from examples.ent.people import Account, Privacy
from examples.ent.platform import Ent, current_ent
from examples.ent.school import Link, SchoolClass
from examples.ent.services import ServiceError, authorized, class_of, must_accept, paged, refused
from examples.ent.tool import Tool
from examples.ent.vocabulary import (
    CONTEXT_GROUP_SCOPE,
    LTI,
    MEMBERSHIP,
    MEMBERSHIP_SCOPE,
    MEMBERSHIPS_TYPE,
    ROLES,
)

FILTERS = ("role", "rlid", "groups")

nrps = Blueprint("nrps", __name__)
nrps.register_error_handler(ServiceError, refused)


@dataclass(frozen=True)
class Question:
    """Which people of which class a tool asks for."""

    ent: Ent
    tool: Tool
    school_class: SchoolClass
    link: Link | None
    groups: dict[str, list[str]] | None


@nrps.get("/nrps/<class_id>/memberships")
@may_fail("memberships")
def memberships(class_id: str) -> Response:
    """The people of a class, or what has changed among them, filtered and paged (NRPS 2.0, 2.4 and 2.5)."""
    tool, ent = authorized(MEMBERSHIP_SCOPE), current_ent()
    must_accept(MEMBERSHIPS_TYPE)
    base = ent.addresses.memberships(class_id, tool)
    filters = {name: request.args[name] for name in FILTERS if name in request.args}
    key = (tool.client_id, class_id, filters)
    with ent.database.writing() as connection:
        question = _question(connection, ent, tool, class_id)
        found = people.members(connection, class_id)
        rows = [_member(each, question) for each in found if _has_role(each)]
        mark = request.args.get("mark")
        if mark is None:
            mark = roster_changes.remember(connection, *key, rows, now=ent.clock().timestamp())
        if "since" in request.args:
            changed = roster_changes.changes(connection, *key, rows, since=request.args["since"])
            if changed is None:
                raise ServiceError(404, "not_found", "these differences are unknown or too old")
            rows = [dict(each) for each in changed]
    described = launches.context(question.school_class)
    within = {"id": base, "context": {name: described[name] for name in ("id", "label", "title")}}
    return paged(rows, MEMBERSHIPS_TYPE, base, within=within, mark=mark)


def _question(connection: sqlite3.Connection, ent: Ent, tool: Tool, class_id: str) -> Question:
    school_class, link = class_of(connection, ent, tool, class_id), None
    if "rlid" in request.args:
        link = school.find_link(connection, request.args["rlid"])
        if link is None or (link.class_id, link.client_id) != (class_id, tool.client_id):
            raise ServiceError(404, "not_found", "this tool has no such resource link in this class")
    wanted = request.args.get("groups") == "true"
    if wanted and CONTEXT_GROUP_SCOPE not in tool.scopes:
        raise ServiceError(403, "insufficient_scope", "this tool may not read groups")
    members = groups.enrolments(connection, class_id) if wanted else None
    return Question(ent, tool, school_class, link, members)


def _has_role(account: Account) -> bool:
    role = request.args.get("role")
    return role is None or any(known in (role, MEMBERSHIP + role) for known in ROLES[account.profile])


def _member(account: Account, question: Question) -> dict[str, Any]:
    privacy = question.ent.launcher.privacy_of(question.tool)
    member: dict[str, Any] = {
        "user_id": account.id,
        "roles": [role for role in ROLES[account.profile] if role.startswith(MEMBERSHIP)],
        "status": "Active",
        **account.profile_claims(privacy),
    }
    if privacy is not Privacy.ANONYMOUS:
        member["lis_person_sourcedid"] = launches.sourced_id(account.login)
    if question.groups is not None:
        own = question.groups.get(account.id, [])
        member["group_enrollments"] = [{"group_id": group_id} for group_id in own]
    if question.link:
        message = {f"{LTI}message_type": "LtiResourceLinkRequest", f"{LTI}custom": _custom(account, question)}
        member["message"] = [message]
    return member


def _custom(account: Account, question: Question) -> dict[str, str]:
    """The custom parameters with which this member would open the link."""
    launch = Launch(
        account=account,
        school_class=question.school_class,
        tool=question.tool,
        nonce="",
        link=question.link,
    )
    return question.ent.launcher.custom(launch)
