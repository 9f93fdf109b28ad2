# Long enough for a server that is not in debugging mode.
SECRET_KEY = "tests-" * 8
