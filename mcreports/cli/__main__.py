"""``python -m mcreports.cli``."""

from mcreports.cli import main

main()
