import os
import sys

from django.core.wsgi import get_wsgi_application

from numberadmin.environment import Unreadable

# Gunicorn ends altogether where a process ends with this, and starts no other one in its place.
CANNOT_START = 4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "numberadmin.settings")
try:
    application = get_wsgi_application()
except Unreadable as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(CANNOT_START)
