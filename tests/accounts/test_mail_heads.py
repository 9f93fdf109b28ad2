"""What people write gets into the text of a mail, and never into its head."""

import pytest
from django.core import mail as outbox

from numberadmin.services import mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "odd", ["\nBcc: all@example.com", "\r\nBcc: all@example.com\r\n\r\nA text", "\u2028Bcc: x@y.z"]
)
def test_no_line_gets_into_the_head_of_a_mail(settings, odd):
    settings.MAIL_IS_SET_UP = True
    mail.send("jane@example.com", f"numberadmin: invitation to Acme{odd}", f"Hello{odd}", "a kind")
    assert not mail.send(f"jane@example.com{odd}", "numberadmin", "Hello", "a kind")
    assert [sent.recipients() for sent in outbox.outbox] == [["jane@example.com"]]
    head = str(outbox.outbox[0].message()).partition("\n\n")[0]
    assert "\nBcc" not in head
