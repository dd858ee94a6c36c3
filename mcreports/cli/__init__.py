"""The command line: the only room that prints, exits, and reads settings, environment and clock."""

from __future__ import annotations

import sys

from mcreports.cli.app import app
from mcreports.cli.context import say
from mcreports.errors import McreportsError


def main() -> None:
    """Run a command; an error of ours is one sentence on stderr and its own exit code."""
    try:
        app()
    except McreportsError as error:
        say(f"mcreports: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("mcreports: stopped; what was published before stands as it was", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # whoever read our output has seen enough; Python would complain once more when it closes stdout
        sys.stderr.close()
        sys.exit(141)
