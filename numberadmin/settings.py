"""Settings, all read from the environment: docs/configuration.md names each of them."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from numberadmin import sinch
from numberadmin.environment import (
    Environment,
    database,
    hosts,
    ids,
    key,
    keys,
    mail,
    networks,
    number,
    one_of,
    origins,
    sender,
    switch,
    text,
    whole,
    zone,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)
DAY = 86_400

DEBUG = env.read("DEBUG", False, switch)
HTTPS = env.read("HTTPS", not DEBUG, switch)
# A key that somebody can guess protects nothing.
LEAST_KEY = 0 if DEBUG else 20
SECRET_KEY = env.read("SECRET_KEY", "only-for-debug-" * 4 if DEBUG else "", key(LEAST_KEY))
if not DEBUG and not os.environ.get("SECRET_KEY"):
    env.refuse("SECRET_KEY", "Set SECRET_KEY to a long random text (or DEBUG=on on your own machine).")
# Keys that seal secrets at rest, newest first; the older ones still open what they sealed.
SEAL_KEYS = env.read("SEAL_KEYS", [SECRET_KEY], keys(LEAST_KEY))
# The key of the audit's hash chain. Changing it makes what was written before unprovable, so that an audit that was
# begun with a short key keeps it.
AUDIT_KEY = env.read("AUDIT_KEY", SECRET_KEY, key(0 if env.read("SHORT_AUDIT_KEY", False, switch) else LEAST_KEY))
ALLOWED_HOSTS = env.read("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], hosts)
CSRF_TRUSTED_ORIGINS: list[str] = env.read("CSRF_TRUSTED_ORIGINS", [], origins)

SINCH_USER_URL = env.read("SINCH_USER_URL", "https://userapi.sinch.com", sinch.base_url)
SINCH_API_URL = env.read("SINCH_API_URL", "https://api.sinch.com", sinch.base_url)
SINCH_PORTAL_URL = env.read("SINCH_PORTAL_URL", "https://portalapi.sinch.com", sinch.base_url)
SINCH_TIMEOUT = env.read("SINCH_TIMEOUT", 15.0, number(0.1, 600))
# The same for the one call whose answer grows with the account: the list of rented numbers.
SINCH_LIST_TIMEOUT = env.read("SINCH_LIST_TIMEOUT", SINCH_TIMEOUT, number(0.1, 3600))
# How long a write whose answer never came may still land at the remote, in seconds.
SETTLE_SECONDS = env.read("SETTLE_SECONDS", 60.0, number(0, DAY))
# How long a writer waits for its turn before it is told who is busy, in seconds.
LOCK_SECONDS = env.read("LOCK_SECONDS", 8.0, number(0, 600))
# Ages in seconds from which a page reads the list again.
NUMBERS_MAX_AGE = env.read("NUMBERS_MAX_AGE", 300.0, number(0, 31 * DAY))
GROUPS_MAX_AGE = env.read("GROUPS_MAX_AGE", 60.0, number(0, 31 * DAY))
# The organisations that may sign in; all where it is empty.
ORGANISATIONS: list[str] = env.read("ORGANISATIONS", [], ids)
# Whether a Sinch sign-in of an organisation or a person that is not here yet makes nothing new.
CLOSED_ENROLMENT = env.read("CLOSED_ENROLMENT", False, switch)
# Whether a server keeps a worker beside itself (gunicorn.conf.py).
START_WORKER = env.read("START_WORKER", True, switch)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "heroicons",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "numberadmin",
    "numberadmin.accounts",
    "numberadmin.audit",
    "numberadmin.services",
    "shop",
    "inventory",
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "numberadmin.middleware.headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "numberadmin.middleware.Front",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "numberadmin.taken.cookies_and_query",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "numberadmin.accounts.middleware.actor",
    "numberadmin.bodies.bounded",
    "numberadmin.taken.form",
    "numberadmin.accounts.middleware.SignInRequired",
]

ROOT_URLCONF = "numberadmin.urls"
WSGI_APPLICATION = "numberadmin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "numberadmin.web.shell",
            ],
        },
    }
]


def _sqlite_journal() -> str:
    """WAL where this SQLite is free of the defect that can corrupt a WAL database of two connections."""
    version = sqlite3.sqlite_version_info
    mended = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return "WAL" if mended else "DELETE"


def _own_file(name: str) -> None:
    """The database holds sessions that open pages: a new file, and a new folder for it, are for its owner alone."""
    path = Path(name)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        env.refuse("DATABASE_URL", f"{path} cannot be used: {error.strerror}.")


def _databases() -> dict[str, Any]:
    at_home = database(f"sqlite:///{BASE_DIR}/var/numberadmin.sqlite3")
    default = env.read("DATABASE_URL", at_home, database)
    default["ATOMIC_REQUESTS"] = False
    if default["ENGINE"].endswith("sqlite3"):
        _own_file(default["NAME"])
        default["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": env.read("DATABASE_TIMEOUT", 20.0, number(0, 600)),
            "init_command": f"PRAGMA journal_mode={_sqlite_journal()}; PRAGMA synchronous=FULL;"
            " PRAGMA recursive_triggers=ON; PRAGMA foreign_keys=ON;",
        }
        # A file, as in production, so that the tests' threads and processes see one database.
        default["TEST"] = {"NAME": str(BASE_DIR / "var" / "test.sqlite3")}
        return {"default": default}
    default["CONN_MAX_AGE"] = 60
    default["CONN_HEALTH_CHECKS"] = True
    # The write lock lives on a connection of its own: it must outlast every transaction.
    locks = default | {
        "CONN_MAX_AGE": 0,
        "OPTIONS": default.get("OPTIONS", {})
        | {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3},
        "TEST": {"MIRROR": "default"},
    }
    return {"default": default, "locks": locks}


DATABASES = _databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Work for which no page waits: rows of the database, taken by `manage.py worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.Person"
PASSWORD_HASHERS = ["numberadmin.accounts.hashing.FewAtATime"]
_validation = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validation}MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "numberadmin.accounts.passwords.HardToGuess"},
    {"NAME": f"{_validation}CommonPasswordValidator"},
    {"NAME": f"{_validation}UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("login", "name")}},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "inventory"
SESSION_ENGINE = "numberadmin.accounts.sessions"
# A session ends after its longest time, and earlier where nobody used it for so long, both in seconds.
SESSION_COOKIE_AGE = env.read("SESSION_SECONDS", 12 * 3600, whole(60, 31 * DAY))
SESSION_IDLE_SECONDS = env.read("SESSION_IDLE_SECONDS", 30 * 60.0, number(1, 31 * DAY))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_FAILURE_VIEW = "numberadmin.web.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Both reach beyond this host and are hard to take back, so that they are off unless somebody asks for them.
HSTS_SUBDOMAINS = env.read("HSTS_SUBDOMAINS", False, switch)
HSTS_PRELOAD = env.read("HSTS_PRELOAD", False, switch)
if HSTS_PRELOAD and not HSTS_SUBDOMAINS:
    env.refuse("HSTS_PRELOAD", "Browsers' lists take a domain only with all below it: set HSTS_SUBDOMAINS=on as well.")
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = HTTPS and HSTS_SUBDOMAINS, HTTPS and HSTS_PRELOAD
# W001 looks for SecurityMiddleware by its name, and Front is one.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.read("BEHIND_HTTPS_PROXY", False, switch):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Proxies whose X-Forwarded-For is believed: addresses or networks, or `unix` for a proxy that comes over a Unix socket.
TRUSTED_PROXIES: list[str] = env.read("TRUSTED_PROXIES", [], networks)
MESSAGE_STORAGE = "numberadmin.messages.Storage"

# Mail is sent where a server is named; without one, links are copied by hand.
_no_mail: dict[str, Any] = {}
_mail = env.read("EMAIL_URL", _no_mail, mail)
MAIL_IS_SET_UP = bool(_mail)
vars().update(_mail or mail("dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.read("EMAIL_FROM", "numberadmin@localhost", sender)

_self = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": _self,
        "style-src": _self,
        "img-src": _self,
        "font-src": _self,
        "connect-src": _self,
        "form-action": _self,
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.read("TIME_ZONE", "UTC", zone)
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.read("STATIC_ROOT", str(BASE_DIR / "staticfiles"), text)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}
# numberadmin/bodies.py bounds what a page takes; nothing that it lets through goes to the disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 6_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1

LOG_LEVEL = env.read("LOG_LEVEL", "INFO", one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "numberadmin.log.Line",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        }
    },
    "filters": {"ours": {"()": "numberadmin.log.TracebacksOfOurs"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["ours"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "urllib3": {"level": "WARNING"},
        "http.client": {"level": "WARNING"},
    },
}

env.check()
