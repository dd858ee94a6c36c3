"""``autonomy validate`` with evidence: both sources, what they prove, and where they disagree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports.sources.demo.evidence import documents
from mcreports.sources.demo.platform import calendar_day  # noqa: F401 - placeholder
