import logging
import re

# What would begin a line of its own, or move what stands before it.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class TracebacksOfOurs(logging.Filter):
    """What a stranger has sent that cannot be taken is a line of the log; a traceback is for what has failed here."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True


class Line(logging.Formatter):
    """A message is one line, whatever somebody has sent that is in it; a traceback follows it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], record.message)
        return super().formatMessage(record)
