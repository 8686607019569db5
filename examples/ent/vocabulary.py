"""The names that LTI 1.3 and its services fix."""

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_SERVICE = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
NOTICE_SERVICE = f"{LTI}platformnotificationservice"
GROUPS_SERVICE = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
EULA_SERVICE = f"{LTI}eulaservice"
PROCTORING = "https://purl.imsglobal.org/spec/lti-ap/claim/"
VERSION = "1.3.0"

RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW_REQUEST = "LtiSubmissionReviewRequest"
DATA_PRIVACY_REQUEST = "LtiDataPrivacyLaunchRequest"
DATA_PRIVACY_REQUESTS = (DATA_PRIVACY_REQUEST, "DataPrivacyLaunchRequest")
CONTEXT_REQUEST = "LtiContextLaunchRequest"
EULA_REQUEST = "LtiEulaRequest"
START_PROCTORING = "LtiStartProctoring"
START_ASSESSMENT = "LtiStartAssessment"
END_ASSESSMENT = "LtiEndAssessment"

LINE_ITEM_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_READ_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
RESULT_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERSHIP_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
AGS_SCOPES = (LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE, RESULT_SCOPE, SCORE_SCOPE)
CONTEXT_GROUP_SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
NOTICE_SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
EULA_USER_SCOPE = "https://purl.imsglobal.org/spec/lti/scope/eula/user"
EULA_DEPLOYMENT_SCOPE = "https://purl.imsglobal.org/spec/lti/scope/eula/deployment"
EULA_SCOPES = (EULA_USER_SCOPE, EULA_DEPLOYMENT_SCOPE)
SCOPES = (*AGS_SCOPES, MEMBERSHIP_SCOPE, CONTEXT_GROUP_SCOPE, NOTICE_SCOPE, *EULA_SCOPES)

LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
MEMBERSHIPS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
GROUP_SETS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"

COURSE_SECTION = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
ROLES = {
    "pupil": (f"{MEMBERSHIP}Learner", f"{INSTITUTION}Student"),
    "teacher": (f"{MEMBERSHIP}Instructor", f"{INSTITUTION}Faculty"),
    "guardian": (f"{MEMBERSHIP}Mentor",),
    "head": (f"{INSTITUTION}Administrator", f"{MEMBERSHIP}Administrator"),
    "administrator": (f"{INSTITUTION}Administrator",),
}


def is_administrator(profile: str) -> bool:
    """Whether somebody of this profile may use the screens of administration."""
    return f"{INSTITUTION}Administrator" in ROLES[profile]


ACTIVITY_PROGRESS = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
GRADING_PROGRESS = frozenset({"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"})
