"""The entry: that it goes on when a gateway is back, and that it uses the gateways at all."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from mcreports.checks import Status
from mcreports.operation_sections import GatewaySettings
from mcreports.operations.egress.check import check
from mcreports.operations.egress.probe import Asking, Reply
from mcreports.operations.egress.gateways import Probe
from mcreports.operations.egress.signs import Switch, carried, told_apart

ALONE = {"cut": (), "restore": ()}
