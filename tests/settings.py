"""The product's settings, with what makes tests quick and takes no guarantee away."""

from numberadmin.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.hashing.CheapArgon2"]
