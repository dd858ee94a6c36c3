"""AutoETS and MSTL of statsforecast, which needs an older pandas: a process of its own, in an environment of its own.

    python suite.py CASES.npz ANSWERS.npz

``CASES.npz`` holds ``history_0``, ``count_0``, ``history_1`` ... ; the answer ``AutoETS_0`` ... (paths) and seconds.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from statsforecast.models import MSTL, AutoETS

PATHS, WEEK = 500, 7


def ets(history: np.ndarray, count: int) -> np.ndarray:
    """Simulated paths of the model that AutoETS picks."""
    model = AutoETS(season_length=WEEK).fit(history)
    return model.simulate(count, PATHS, seed=1)


def mstl(history: np.ndarray, count: int) -> np.ndarray:
    """Simulated paths of the trend that MSTL leaves, and its last season again."""
    model = MSTL(season_length=WEEK).fit(history)
    season = model.model_["seasonal"].to_numpy()[-WEEK:]
    return model.trend_forecaster.simulate(count, PATHS, seed=1) + np.resize(season, count)


def main() -> None:
    """Answer every case with both."""
    asked = np.load(sys.argv[1])
    answers: dict[str, np.ndarray] = {}
    for name, method in (("AutoETS", ets), ("MSTL", mstl)):
        method(asked["history_0"], 7)  # what is compiled first is not its speed
        began = time.process_time()
        for number in range(int(asked["cases"])):
            answers[f"{name}_{number}"] = method(asked[f"history_{number}"], int(asked[f"count_{number}"]))
        answers[f"{name}_seconds"] = np.array(time.process_time() - began)
    np.savez(sys.argv[2], **answers)


if __name__ == "__main__":
    main()
