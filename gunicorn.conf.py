"""How `gunicorn numberadmin.wsgi` serves, unless told otherwise. Docs: docs/deployment.md."""

worker_class = "gthread"
workers = 2
threads = 8
# Longer than the calls of one write may take together, so that a write is not cut off in the middle.
timeout = 60
graceful_timeout = 45
