"""Mail to people, where a server for it is set up. What is sent is also shown, so nothing depends on it."""

import logging
import smtplib

from django.conf import settings
from django.core.mail import send_mail

log = logging.getLogger(__name__)


def send(to: str, subject: str, text: str) -> bool:
    """Whether the mail server took it."""
    if not settings.MAIL_IS_SET_UP:
        return False
    try:
        return send_mail(" ".join(subject.split()), text, None, [to]) == 1
    except (OSError, smtplib.SMTPException):
        log.warning("a mail could not be sent", exc_info=True)
        return False
