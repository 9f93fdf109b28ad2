import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "numberadmin.settings")
application = get_wsgi_application()

from numberadmin.services import keeper  # noqa: E402 - after the applications are loaded

keeper.start()
