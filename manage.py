#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "numberadmin.settings")
    from django.core.management import execute_from_command_line

    from numberadmin.environment import Unreadable

    try:
        execute_from_command_line(sys.argv)
    except Unreadable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
