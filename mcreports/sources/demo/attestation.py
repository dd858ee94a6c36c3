"""What the invented platform attests: that its answers are grounded, and what its configuration is."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

from mcreports.figures import instant_text
from mcreports.sources.demo import noise

if TYPE_CHECKING:
    from datetime import datetime

VERSION = "v0.3.3"
GROUNDED = 0.8  # a response's least score
PASS_RATE = 0.95
# Responses looked at and how many of them are not grounded: 388 of 400 pass, of TENANT_002 56 of 60.
RESPONSES = {
    "TENANT_001": (60, 1),
    "TENANT_002": (60, 4),
    "TENANT_003": (80, 2),
    "TENANT_004": (60, 2),
    "TENANT_005": (80, 2),
    "TENANT_006": (60, 1),
}
CONFIGURATION = {
    "budgets/limits.yaml": "warning: 80\ncritical: 90\nescalation: pagerduty\n",
    "gateway/egress.yaml": "primary: egress-a\nsecondary: egress-b\npolicy: deny-by-default\n",
    "policy/autonomy.yaml": "tenant: TENANT_003\ntier: 3\nsuccess: 99.9\ncompensation: 0.5\n",
    "policy/residency.yaml": "TENANT_003: [eu-central-1]\n",
    "rag/grounding.yaml": "method: citation-overlap\nthreshold: 0.8\npass_rate: 0.95\n",
}


def attest_grounding(seed: int, at: datetime) -> dict[str, object]:
    """The grounding attestation: 400 responses with their scores, the summary and the integrity hash."""
    results: list[dict[str, object]] = []
    scores: list[int] = []
    for tenant, (count, failing) in RESPONSES.items():
        bits = noise.draw(seed, f"grounding|{tenant}|{at:%Y%m%d}", np.arange(count, dtype=np.int64))
        # The lowest draws are the ones that fail: any of them may, and always as many.
        order = np.argsort(np.argsort(bits, kind="stable"), kind="stable")
        drawn = np.where(order < failing, 560 + noise.below(220, bits), 830 + noise.below(165, noise.mix(bits)))
        for score in drawn.tolist():
            scores.append(score)
            results.append(
                {
                    "response_id": f"resp-{at:%Y%m%d}-{len(scores):04d}",
                    "tenant": tenant,
                    "grounding_score": score / 1000,
                    "passed": score / 1000 >= GROUNDED,
                }
            )
    rate = sum(bool(one["passed"]) for one in results) / len(results)
    body: dict[str, object] = {
        "platform_version": VERSION,
        "attestation_type": "rag_grounding",
        "timestamp": instant_text(at),
        "verification_summary": {
            "total_cases": len(results),
            "pass_rate": rate,
            "average_score": sum(scores) / (1000 * len(scores)),
            "threshold_met": rate >= PASS_RATE,
        },
        "verification_details": {
            "method": "citation-overlap",
            "threshold": GROUNDED,
            "individual_results": results,
        },
    }
    return {**body, "integrity_hash": hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()}


def attest_configuration(at: datetime) -> dict[str, object]:
    """The configuration's files, contents and hash; the same at any time, so nothing has drifted."""
    text = "".join(f"{path}:{content}" for path, content in sorted(CONFIGURATION.items()))
    return {
        "timestamp": instant_text(at),
        "platform_version": VERSION,
        "config_hash": hashlib.sha256(text.encode()).hexdigest(),
        "files": sorted(CONFIGURATION),
        "configs": CONFIGURATION,
        "git_commit": hashlib.sha256(VERSION.encode()).hexdigest()[:40],
    }
