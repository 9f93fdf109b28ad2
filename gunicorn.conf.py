"""How `gunicorn numberadmin.wsgi` serves, unless told otherwise. Docs: docs/deployment.md."""

worker_class = "gthread"
workers = 2
threads = 16
# Longer than the calls of one write may take together, so that a write is not cut off in the middle.
timeout = 60
graceful_timeout = 45
# Longer than a proxy or a person's tab stays idle between two requests: a connection closed at the moment a form is
# sent would leave its sender without an answer.
keepalive = 75


def post_worker_init(worker):
    from numberadmin.services.room import room

    room.resize(worker.cfg.threads)
