from tests.accounts.conftest import SINCH
from tests.services.conftest import sandbox, sinch

__all__ = ["SINCH", "sandbox", "sinch"]
