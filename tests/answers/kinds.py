"""Answers that are not the one that was asked for, each with what a person is to read about it."""

import json
from dataclasses import dataclass, field
from typing import Any

HTML = "<html><body><h1>Something on the way</h1></body></html>"
# What an answer means for a write: nothing was done, nothing and the session is over, or it is not known.
UNDONE, SIGNED_OUT, DOUBT = "undone", "signed out", "doubt"
NEXT = ("Try again", "Sign in", "should set its clock", "should look at this address", "tell whoever runs this server",
        "ask Sinch's support", "with the sign-in of its owner", "Add credit", "Ask Sinch to set it up",
        "You may reserve again", "is being checked", "until it is known", "Press \"Refresh\"")  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """`says` is on the page."""

    status: int
    says: str
    meaning: str = UNDONE
    body: Any = HTML
    headers: dict[str, str] = field(default_factory=dict)

    def fault(self) -> dict[str, Any]:
        """What the sandbox is told, beside which call it is about."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return {"kind": "refuse", "status": self.status, "body": text, "headers": self.headers, "times": 9}


def own(code: int | str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"errorCode": code, "message": message, "reference": "ref-7f3a", "status": int(str(code)[:3]), **more}


NO_SESSION = "Sinch no longer accepts this session."
KINDS = {
    "401 with a code that is not documented": Kind(401, NO_SESSION, SIGNED_OUT, own(40108, "Invalid credentials")),
    "401 with a text for a code": Kind(401, NO_SESSION, SIGNED_OUT, own("40100", "No")),
    "401 without a body": Kind(401, NO_SESSION, SIGNED_OUT, ""),
    "401 with a page": Kind(401, NO_SESSION, SIGNED_OUT),
    "401 with a code of another status": Kind(401, NO_SESSION, SIGNED_OUT, own(40300)),
    "the time": Kind(401, "though this server's clock is not seen to be off", UNDONE, own(40101, "Too old")),
    "400 without a full stop": Kind(400, "Sinch refused: Invalid value: 13. ", UNDONE, own(40003, "Invalid value: 13")),
    "400 with a code that is not documented": Kind(400, "Sinch refused: What? ", UNDONE, own(40077, "What?")),
    "403 not the owner": Kind(403, "not the owner of this organisation", UNDONE, own(40300, "Not the owner")),
    "403 the scheme": Kind(403, "Sinch refused: Scheme 'instance' is required. ", UNDONE,
                           own(40301, "Scheme 'instance' is required.")),
    "403 with a page": Kind(403, "something on the way to it, refused the request (403)."),
    "404 with a page": Kind(404, "answered that there is nothing at this address (404)."),
    "404 of another program": Kind(404, "nothing at this address (404): no Route matched. ", UNDONE,
                                   {"message": "no Route matched"}),
    "404 with a code that is not documented": Kind(404, "Sinch refused: Nobody knows. ", UNDONE,
                                                   own(40499, "Nobody knows")),
    "410 without a body": Kind(410, "answered that there is nothing at this address (410).", UNDONE, ""),
    "409 of Sinch": Kind(409, "Sinch refused: In use. ", UNDONE, own(40900, "In use")),
    "409 with a page": Kind(409, "something on the way to it, answered 409", DOUBT),
    "408 without a body": Kind(408, "something on the way to it, answered 408", DOUBT, ""),
    "418": Kind(418, "something on the way to it, refused the request (418).", UNDONE, ""),
    "429 with a time": Kind(429, "too many requests (429). Sinch asks to wait until ", UNDONE, "",
                            {"Retry-After": "600"}),
    "429 without one": Kind(429, "too many requests (429). ", UNDONE, own(42900)),
    "302": Kind(302, "a redirection, which is not followed (302).", DOUBT, "", {"Location": "https://example.com/"}),
    "500 of Sinch": Kind(500, "answered with a fault of its own (500).", DOUBT, own(50000, "Internal")),
    "502 with a page": Kind(502, "answered with a fault of its own (502).", DOUBT),
    "503 of Sinch": Kind(503, "Sinch answered that it is down (503).", DOUBT, own(50300, "please try again later")),
    "503 with a time": Kind(503, "Sinch asks to wait until ", DOUBT, "", {"Retry-After": "600"}),
    "200 with a page": Kind(200, "Sinch's answer", DOUBT),
}  # fmt: skip
# Of a read it is enough to see one of each: those that fail for a moment are read three times.
FOR_READS = {
    name: KINDS[name]
    for name in (
        "401 without a body", "the time", "400 without a full stop", "403 not the owner", "403 the scheme",
        "403 with a page", "404 with a page", "404 of another program", "429 with a time", "302", "503 of Sinch",
        "200 with a page",
    )
}  # fmt: skip
