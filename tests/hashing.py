"""A password hasher that costs next to nothing; tests/test_password_hashing.py looks at the real one."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """Argon2 as in the product, with the least time and memory that it takes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
