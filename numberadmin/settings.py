"""Settings, all read from the environment: docs/configuration.md names each of them."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG: bool = env.bool("DEBUG", default=False)
HTTPS: bool = env.bool("HTTPS", default=not DEBUG)
SECRET_KEY: str = env.str("SECRET_KEY", default="only-for-debug-" * 4 if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to a long random text (or DEBUG=on on your own machine).")
# Keys that seal secrets at rest, newest first; the older ones still open what they sealed.
SEAL_KEYS: list[str] = env.list("SEAL_KEYS", default=[SECRET_KEY])
# The key of the audit's hash chain. Changing it makes what was written before unprovable.
AUDIT_KEY: str = env.str("AUDIT_KEY", default=SECRET_KEY)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SINCH_USER_URL: str = env.str("SINCH_USER_URL", default="https://userapi.sinch.com")
SINCH_API_URL: str = env.str("SINCH_API_URL", default="https://api.sinch.com")
SINCH_PORTAL_URL: str = env.str("SINCH_PORTAL_URL", default="https://portalapi.sinch.com")
SINCH_TIMEOUT: float = env.float("SINCH_TIMEOUT", default=15.0)
# The same for the one call whose answer grows with the account: the list of rented numbers.
SINCH_LIST_TIMEOUT: float = env.float("SINCH_LIST_TIMEOUT", default=SINCH_TIMEOUT)
# How long a write whose answer never came may still land at the remote, in seconds.
SETTLE_SECONDS: float = env.float("SETTLE_SECONDS", default=60.0)
# How long a writer waits for its turn before it is told who is busy, in seconds.
LOCK_SECONDS: float = env.float("LOCK_SECONDS", default=8.0)
# Ages in seconds from which a page reads the list again.
NUMBERS_MAX_AGE: float = env.float("NUMBERS_MAX_AGE", default=300.0)
GROUPS_MAX_AGE: float = env.float("GROUPS_MAX_AGE", default=60.0)


def _organisations() -> list[str]:
    """The ids of those that may sign in; none for all. A list that cannot be read lets nobody in by mistake."""
    text: str = env.str("ORGANISATIONS", default="")
    named = [part.strip() for part in text.split(",")] if text else []
    if wrong := [part for part in named if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", part)]:
        raise ImproperlyConfigured(
            "ORGANISATIONS is a list of the ids of organisations at Sinch, separated by commas, like "
            f"8888123,7777456. “{wrong[0]}” is no such id."
        )
    return named


def _on_or_off(name: str) -> bool:
    """Off where nothing is said."""
    text: str = env.str(name, default="") or "off"
    if text.lower() not in (*env.BOOLEAN_TRUE_STRINGS, "off", "no", "n", "false", "0"):
        raise ImproperlyConfigured(f"{name} is on or off. “{text}” is neither.")
    return text.lower() in env.BOOLEAN_TRUE_STRINGS


# The organisations that may sign in; all where it is empty.
ORGANISATIONS = _organisations()
# Whether a Sinch sign-in of an organisation or a person that is not here yet makes nothing new.
CLOSED_ENROLMENT = _on_or_off("CLOSED_ENROLMENT")
# Whether a server starts a worker itself where none has taken what waits for one.
START_WORKER: bool = env.bool("START_WORKER", default=True)

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
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "numberadmin.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "numberadmin.accounts.middleware.actor",
    "numberadmin.accounts.middleware.SignInRequired",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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


def _databases() -> dict[str, Any]:
    default: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR}/var/numberadmin.sqlite3")
    default["ATOMIC_REQUESTS"] = False
    if default["ENGINE"].endswith("sqlite3"):
        Path(default["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        default["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": env.float("DATABASE_TIMEOUT", default=20.0),
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
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

# Work for which no page waits: rows of the database, taken by `manage.py db_worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
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
SESSION_COOKIE_AGE: int = env.int("SESSION_SECONDS", default=12 * 3600)
SESSION_IDLE_SECONDS: float = env.float("SESSION_IDLE_SECONDS", default=30 * 60.0)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_FAILURE_VIEW = "numberadmin.web.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_HTTPS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Proxies whose X-Forwarded-For is believed: addresses or networks, or `unix` for a proxy that comes over a Unix socket.
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
MESSAGE_STORAGE = "numberadmin.messages.Storage"

# Mail is sent where a server is named; without one, links are copied by hand.
vars().update(env.email_url("EMAIL_URL", default="dummymail://"))
MAIL_IS_SET_UP: bool = bool(env.str("EMAIL_URL", default=""))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="numberadmin@localhost")

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
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "urllib3": {"level": "WARNING"},
        "http.client": {"level": "WARNING"},
    },
}
