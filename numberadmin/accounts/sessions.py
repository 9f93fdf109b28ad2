"""The session engine: Django's database sessions, with the account in a column of its own."""

from typing import Any

from django.contrib.sessions.backends import db

from numberadmin.accounts.models import Session


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.account_id = data.get("account")
        return row
