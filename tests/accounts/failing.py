"""The dashboard with a page that fails, while it has somebody's form in its hands."""

from importlib import import_module

from numberadmin.wsgi import application


def _fails(*, actor, operation, email, powers):
    raise RuntimeError("this page fails")


_invite = import_module("numberadmin.services.invitations").invite


def _invite_or_fail(*, email, **fields):
    return _fails(email=email, **fields) if email.startswith("fail") else _invite(email=email, **fields)


vars(import_module("numberadmin.services.invitations"))["invite"] = _invite_or_fail

__all__ = ["application"]
