import logging


class TracebacksOfOurs(logging.Filter):
    """What a stranger has sent that cannot be taken is a line of the log; a traceback is for what has failed here."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True
