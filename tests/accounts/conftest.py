from tests.services.conftest import sandbox, sinch

__all__ = ["sandbox", "sinch"]
