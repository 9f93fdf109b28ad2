"""Mail to people, where a server for it is set up. What is sent is also shown, so nothing depends on it.

There are limits on how much is sent, so that nobody makes the server send mail to strangers without end. Each kind of
mail has its own, so that nobody keeps one from being sent by causing many others.
"""

import logging
import smtplib

from django.conf import settings
from django.core.mail import send_mail
from django_tasks import task

from numberadmin.accounts import guesses
from numberadmin.accounts.guesses import Limit
from numberadmin.services.database import impatience

log = logging.getLogger(__name__)

# Of one kind.
TO_ONE_A_DAY = 10
AN_HOUR = 500


def send(to: str, subject: str, text: str, kind: str) -> bool:
    """Whether the mail server took it. It is not asked where too much of the kind was sent to the address today, or to
    all this hour."""
    if not settings.MAIL_IS_SET_UP:
        return False
    address = guesses.short(f"{kind} {to.strip().lower()}")
    try:
        guesses.use_up(
            [
                Limit(f"{guesses.BY_DAY}mail to {address}", TO_ONE_A_DAY, guesses.DAY),
                Limit(f"mail {guesses.short(kind)}", AN_HOUR, guesses.HOUR),
            ]
        )
        return send_mail(" ".join(subject.split()), text, None, [to]) == 1
    except guesses.TooMany as error:
        log.warning("a mail was not sent: too many, %s", error)
    except (OSError, smtplib.SMTPException, ValueError):
        log.warning("a mail could not be sent", exc_info=True)
    return False


def queue(to: str, subject: str, text: str, kind: str) -> None:
    """The same by the worker. The text is kept in the database until then, so there is no secret in it."""
    if settings.MAIL_IS_SET_UP and to:
        with impatience():
            deliver.enqueue(to, subject, text, kind)


@task()
def deliver(to: str, subject: str, text: str, kind: str) -> None:
    send(to, subject, text, kind)
