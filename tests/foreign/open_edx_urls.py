"""Where the LMS would mount the addresses of lti-consumer-xblock."""

from django.urls import include, path

urlpatterns = [path("api/", include("lti_consumer.plugin.urls", namespace="lti_consumer"))]
