from django.urls import path

from numberadmin.urls import *  # noqa: F403
from numberadmin.urls import urlpatterns as ours
from tests.bench.inside import changelist, site

urlpatterns = [*ours, path("admin/services/number/", changelist), path("admin/", site.urls)]
