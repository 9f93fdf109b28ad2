"""`python -m numberadmin.sandbox`: prints its addresses as one line of JSON and runs until it is told to end."""

import argparse
import json
import signal

from numberadmin.sandbox import start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m numberadmin.sandbox", description=__doc__)
    for name in ("user", "api", "portal", "control"):
        parser.add_argument(f"--{name}-port", type=int, default=0, metavar="N", help="0 (the default): any free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", choices=("demo", "empty"), default="demo")
    parser.add_argument("--scale", type=int, default=0, metavar="N", help="rent N numbers in N // 200 applications")
    ends = {signal.SIGTERM, signal.SIGINT}
    # Blocked before the first thread starts, so that no other thread is handed them.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with start(**vars(parser.parse_args())) as sandbox:
        print(json.dumps(sandbox.urls), flush=True)
        signal.sigwait(ends)


if __name__ == "__main__":
    main()
