"""What platforms may be asked for, in plain words: scopes, messages, places, variables – and what their lack means."""

from __future__ import annotations

from collections.abc import Mapping

from lti.i18n import N_
from lti.protocol import ags, groups, notices, nrps

__all__ = ["MESSAGES", "PLACEMENTS", "PRIVACY", "SCOPES", "VARIABLES"]

SCOPES: Mapping[str, tuple[str, str]] = {
    ags.SCOPE + "lineitem": (
        N_("Make columns in the gradebook, for work given here, and change those it has made"),
        N_("Work given here gets no column in the gradebook by itself."),
    ),
    ags.SCOPE + "score": (
        N_("Write pupils’ marks for that work into the gradebook"),
        N_("Marks stay here: nothing reaches the gradebook."),
    ),
    ags.SCOPE + "result.readonly": (
        N_("Read the marks in its own columns"),
        N_("A mark that is changed in the gradebook is not seen here."),
    ),
    nrps.SCOPE: (
        N_("Read who belongs to a class from which it is opened"),
        N_("A class list here grows only as pupils open their links."),
    ),
    groups.SCOPE: (
        N_("Read the groups of such a class"),
        N_("Work cannot be given to the groups of the workspace."),
    ),
    notices.SCOPE: (
        N_("Be told when a course is copied"),
        N_("A copied course is noticed only when somebody opens it."),
    ),
    "https://purl.imsglobal.org/spec/lti/scope/eula/user": (
        N_("Tell the workspace who has accepted the terms of use"),
        N_("The workspace does not learn who has accepted the terms of use."),
    ),
}
"""Scope → what it allows, and what follows where it is not offered."""

MESSAGES: Mapping[str, str] = {
    "LtiResourceLinkRequest": N_("Open what a link in a course stands for"),
    "LtiDeepLinkingRequest": N_("Let teachers choose what a link stands for"),
    "LtiSubmissionReviewRequest": N_("Open a pupil’s work from the gradebook"),
    "LtiDataPrivacyLaunchRequest": N_("See, export and erase what is kept of a person"),
    "DataPrivacyLaunchRequest": N_("See, export and erase what is kept of a person"),
    "LtiContextLaunchRequest": N_("Open the binders of a course"),
    "LtiEulaRequest": N_("Show the terms of use"),
    "LtiStartProctoring": N_("Begin an exam that is watched over"),
    "LtiEndAssessment": N_("End an exam that is watched over"),
}

PLACEMENTS: Mapping[str, str] = {
    "ContentArea": N_("Where a teacher adds an activity to a course"),
    "RichTextEditor": N_("In the editor of texts"),
    "assignment_selection": N_("Where a teacher makes an assignment (Canvas)"),
    "link_selection": N_("Where a teacher adds to a module (Canvas)"),
    "editor_button": N_("A button in the editor of texts (Canvas)"),
    "module_index_menu_modal": N_("In the menu of a module (Canvas)"),
    "course_navigation": N_("In the menu of each course (Canvas); each course can still switch it on or off"),
}

PRIVACY: Mapping[str, tuple[str, str]] = {
    "name_only": (
        N_("Names"),
        N_(
            "Teachers see the names of their pupils. Addresses of mail are not asked for: there is no use for them."
        ),
    ),
    "anonymous": (
        N_("Nothing but a number for each person"),
        N_("Teachers see “Pupil 1”, “Pupil 2” … unless the class list tells them more."),
    ),
}

VARIABLES: Mapping[str, str] = {
    "context_history": N_("Which course a course was copied from"),
    "link_history": N_("Which link a link was copied from"),
    "submission_end": N_("Until when work can be handed in"),
    "person_timezone": N_("A person’s time zone"),
}
