"""A column of the gradebook with all that a tool said about each pupil, for the teacher."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template

from examples.ent import gradebook, people, school, visits
from examples.ent.options import TIME_ZONE
from examples.ent.people import Profile

FORMATS = {"fr": "%d/%m/%Y %H:%M:%S", "en": "%Y-%m-%d %H:%M:%S"}

columns = Blueprint("columns", __name__)


@columns.get("/classes/<class_id>/gradebook/<line_item_id>")
def page(class_id: str, line_item_id: str) -> str:
    """Marks with progress, times of submission, and who marked."""
    account = visits.account()
    with visits.ent().database.reading() as connection:
        school_class = school.find_class(connection, class_id)
        item = gradebook.find_line_item(connection, line_item_id)
        if school_class is None or item is None or item.class_id != school_class.id:
            abort(404)
        if account.profile is not Profile.TEACHER or not people.belongs(connection, account, school_class.id):
            abort(403)
        pupils = people.pupils(connection, school_class.id)
        scores = {score.account_id: score for score in gradebook.scores(connection, item.id)}
        scorers = {
            score.scoring_user_id: person.shown_name
            for score in scores.values()
            if score.scoring_user_id and (person := people.find(connection, score.scoring_user_id))
        }
    return render_template(
        "ent/column.html",
        school_class=school_class,
        item=item,
        pupils=pupils,
        scores=scores,
        scorers=scorers,
        moment=_moment,
    )


def _moment(written: str) -> str:
    """A time that a tool sent, in the school's own."""
    own = datetime.fromisoformat(written).astimezone(ZoneInfo(TIME_ZONE))
    return own.strftime(FORMATS[visits.locale()])
