"""A password hasher that costs next to nothing; tests/test_password_hashing.py looks at the real one."""

from numberadmin.accounts.hashing import FewAtATime


class CheapArgon2(FewAtATime):
    """Argon2 as in the product, with the least time and memory that it takes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
