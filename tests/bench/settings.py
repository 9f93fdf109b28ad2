"""The product's settings, with Django's admin beside it as the baseline."""

from numberadmin.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"]  # noqa: F405
INSTALLED_APPS = list(dict.fromkeys(INSTALLED_APPS))
SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E404", "admin.E408", "admin.E409", "admin.E410"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ROOT_URLCONF = "tests.bench.urls"
