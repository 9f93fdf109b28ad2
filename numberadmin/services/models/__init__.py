"""What the dashboard keeps of the remote's lists, the cart, and plans. Only the services write here."""

from numberadmin.services.models.numbers import Application, Label, Number, Reading
from numberadmin.services.models.plans import Plan, PlanItem, Upload
from numberadmin.services.models.shared import Priced, digest
from numberadmin.services.models.shop import NumberGroup, Request, Reservation
from numberadmin.services.models.tallies import DayTally, PlaceTally, Tally
from numberadmin.services.models.writes import Open

__all__ = [
    "Application",
    "DayTally",
    "Label",
    "Number",
    "NumberGroup",
    "Open",
    "PlaceTally",
    "Plan",
    "PlanItem",
    "Priced",
    "Reading",
    "Request",
    "Reservation",
    "Tally",
    "Upload",
    "digest",
]
