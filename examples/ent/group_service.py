"""The groups service of Course Groups 1.0."""

from typing import Any

from flask import Blueprint, Response, request

from examples.ent import groups
from examples.ent.faults import may_fail
from examples.ent.groups import Group
from examples.ent.platform import current_ent
from examples.ent.services import ServiceError, authorized, class_of, must_accept, paged, refused
from examples.ent.vocabulary import CONTEXT_GROUP_SCOPE, GROUP_SETS_TYPE, GROUPS_TYPE

group_service = Blueprint("groups", __name__, url_prefix="/groups/<class_id>")
group_service.register_error_handler(ServiceError, refused)


@group_service.get("")
@may_fail("groups")
def container(class_id: str) -> Response:
    """The groups of a class, or those of one user."""
    tool, ent = authorized(CONTEXT_GROUP_SCOPE), current_ent()
    must_accept(GROUPS_TYPE)
    with ent.database.reading() as connection:
        class_of(connection, ent, tool, class_id)
        found = groups.groups(connection, class_id, request.args.get("user_id"))
    base = ent.addresses.groups(class_id, tool)
    rows = [_written(group) for group in found]
    return paged(rows, GROUPS_TYPE, base, within={"id": base}, name="groups")


@group_service.get("/sets")
@may_fail("groups")
def sets(class_id: str) -> Response:
    """The sets of groups of a class."""
    tool, ent = authorized(CONTEXT_GROUP_SCOPE), current_ent()
    must_accept(GROUP_SETS_TYPE)
    with ent.database.reading() as connection:
        class_of(connection, ent, tool, class_id)
        found = groups.sets(connection, class_id)
    base = ent.addresses.group_sets(class_id, tool)
    rows = [{"id": each.id, "name": each.name, "hidden": False} for each in found]
    return paged(rows, GROUP_SETS_TYPE, base, within={"id": base}, name="sets")


def _written(group: Group) -> dict[str, Any]:
    values = {
        "id": group.id,
        "name": group.name,
        "tag": group.tag,
        "hidden": group.hidden,
        "set_ids": [group.set_id] if group.set_id else [],
    }
    return {name: value for name, value in values.items() if value is not None}
