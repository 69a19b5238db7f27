"""A few of the random rooms that `tests.soak.microphone_check` draws by the hundred."""

import numpy as np
import pytest

from tests.soak.microphone_check import draw, listen, named, symmetries, visible
from workbench.core.geometry import load_array
from workbench.dsp.bands import RATE_HZ
from workbench.evaluation.channels import check_channels


@pytest.mark.parametrize("number", [5, 10, 15, 23])
def test_faults_are_named_rightly(number):
    case = draw(1, number, faulty=True)
    report = check_channels(listen(case.scene, 6.0), RATE_HZ, case.scene.load_array())
    assert named(report) == case.faults


@pytest.mark.parametrize("number", [2, 9, 16])
def test_healthy_arrays_raise_no_alarm(number):
    case = draw(1, number, faulty=False)
    report = check_channels(listen(case.scene, 6.0), RATE_HZ, case.scene.load_array())
    assert named(report) == {} and report.score > 0.1


def test_a_square_has_eight_symmetries_and_hides_an_exchange_of_opposite_corners():
    square = load_array("square4-30mm")
    assert len(symmetries(square)) == 8
    distance = np.linalg.norm(square.mic_xyz_m[0] - square.mic_xyz_m, axis=1)
    assert not visible(square, (0, int(distance.argmax())))
    assert visible(load_array("uca8-100mm"), (0, 4)) and not visible(load_array("line4-50mm"), (1, 2))
