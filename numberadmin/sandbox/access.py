"""Who may ask: logging in, instances, organisations, and the check of a signed request."""

import base64
import json
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from numberadmin.sandbox.signature import is_signed
from numberadmin.sandbox.state import Account, ApiError, Instance, Organisation, State, encode

LOG_IN_KEY = "669762D5-2B10-44E0-8418-BC9EE4457555"
CLOCK_TOLERANCE = 300.0  # seconds
Headers = Any
_BARE_NAME = re.compile(rb"([{,] ?)([A-Za-z_]\w{0,40})(?= ?:)")


def log_in(state: State, headers: Headers, kind: str, identity: str, body: bytes) -> dict[str, Any]:
    """Trade a password for a ticket ("Log in")."""
    if credentials(headers, "application") != LOG_IN_KEY:
        raise ApiError(40100, "Invalid authorization key.")
    # The provider's own client sends none here.
    if "X-Timestamp" in headers:
        check_timestamp(state, headers)
    if kind not in ("email", "number", "username"):
        raise ApiError(40001, f"Invalid identity type: {kind}.  Type must be one of: email, number, username.")
    password = required(parse(body), "password", str)
    for account in state.accounts.values():
        if getattr(account, kind) == identity and account.password == password:
            return {"authorization": _ticket(state, account, kind, identity), "user": _user(account)}
    raise ApiError(40100, "Invalid credentials.")


def _ticket(state: State, account: Account, kind: str, identity: str) -> str:
    claim = {
        "applicationKey": LOG_IN_KEY,
        "identity": {"type": kind, "endpoint": identity},
        "created": datetime.now(UTC).isoformat(),
    }
    ticket = f"{base64.b64encode(encode(claim).encode()).decode()}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    state.tickets[ticket] = account.email
    return ticket


def _user(account: Account) -> dict[str, Any]:
    name = {"first": account.first, "last": account.last, "full": f"{account.first} {account.last}"}
    return {
        "id": account.user_id,
        "identities": [
            {"type": "email", "endpoint": account.email},
            {"type": "number", "endpoint": account.number},
        ],
        "profile": {"name": name, "contact": {"email": account.email}},
    }


def create_instance(state: State, headers: Headers, body: bytes) -> dict[str, Any]:
    """Trade a ticket for the id and secret that sign all other calls ("Create an instance")."""
    ticket = credentials(headers, "user")
    check_timestamp(state, headers)
    if ticket not in state.tickets:
        raise ApiError(40100, "Invalid or expired user authorization.")
    content = _parse_loosely(body)
    # The provider's own sample has it in the header alone, and wishes for a time.
    if content.setdefault("authorization", ticket) != ticket:
        raise ApiError(40100, "The authorization of the body is not that of the header.")
    wished = content.get("expiresIn")
    seconds = min(state.instance_lifetime, wished if type(wished) is int and wished > 0 else state.instance_lifetime)
    version = required(content, "version", dict)
    required(version, "os", str)
    required(version, "platform", str)
    secret = base64.b64encode(secrets.token_bytes(16)).decode()
    instance = Instance(str(uuid4()), secret, state.tickets[ticket], time.time() + seconds)
    state.instances[instance.id] = instance
    return {"id": instance.id, "secret": secret, "expiresIn": int(seconds)}


def _parse_loosely(body: bytes) -> dict[str, Any]:
    """JSON, or an object of JavaScript: the provider's own sample leaves a name without quotes."""
    try:
        return parse(body)
    except ApiError:
        return parse(_BARE_NAME.sub(rb'\1"\2"', body[:10_000]))


def organisations(state: State, account: str) -> Any:
    """The account's organisations: a list, or the first one alone where the state says so ("Get organisation")."""
    found = [
        {"id": item.id, "name": item.name, **item.details}
        for item in state.organisations.values()
        if item.account == account
    ]
    return found[0] if state.organisations_shape == "object" else found


def owned(state: State, account: str, organisation_id: str) -> Organisation:
    """The organisation, if the account owns it."""
    found = state.organisations.get(organisation_id)
    if found is None or found.account != account:
        raise ApiError(40300, f"The current user is not the owner of the organisation: {organisation_id}")
    return found


def signed_by(state: State, headers: Headers, verb: str, target: str, body: bytes) -> str:
    """The account whose instance signed the request; the signature covers the bytes as they came. A query may be signed
    with the path, as the provider's own client does, or not, as its documentation says."""
    name, _, signature = credentials(headers, "instance").partition(":")
    instance = state.instances.get(name)
    if instance is None or instance.expires_at <= time.time():
        raise ApiError(40100, "The instance is unknown or has expired.")
    timestamp = check_timestamp(state, headers)
    content_type, resources = headers.get("Content-Type", ""), {target, target.partition("?")[0]}
    if not is_signed(signature, instance.secret, resources, verb, body, content_type, timestamp):
        raise ApiError(40102, "Invalid signature.")
    return instance.account


def credentials(headers: Headers, scheme: str) -> str:
    """What stands behind the scheme word, which may be in any case."""
    given, _, rest = headers.get("Authorization", "").strip().partition(" ")
    if not given or not rest.strip():
        raise ApiError(40100, "The authorization header is missing or incomplete.")
    if given.lower() != scheme:
        raise ApiError(40301, f"The authorization scheme '{scheme}' is required.")
    return str(rest.strip())


def check_timestamp(state: State, headers: Headers) -> str:
    """X-Timestamp as it came, if it is a time of now, give or take the tolerance."""
    text = str(headers.get("X-Timestamp", ""))
    try:
        sent = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(40101, "The X-Timestamp header is missing or not a time.") from None
    if sent.tzinfo is None or abs((state.now() - sent).total_seconds()) > CLOCK_TOLERANCE:
        raise ApiError(40101, "The X-Timestamp header is too far from the server's time.")
    return text


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object of a request."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise ApiError(40003, "The body of the request is not JSON.") from None
    if not isinstance(content, dict):
        raise ApiError(40003, "The body of the request is not a JSON object.")
    return content


def required(content: dict[str, Any], name: str, kind: type) -> Any:
    """A field that must be there and be of that kind."""
    if content.get(name) is None:
        raise ApiError(40002, f"Missing parameter: {name}")
    if not isinstance(content[name], kind) or isinstance(content[name], bool):
        raise ApiError(40003, f"Invalid parameter: {name}")
    return content[name]
