import numpy as np

from tests.ui.space_messages import cardioid
from workbench.core.messages import BeamPattern
from workbench.ui import painting
from workbench.ui.views.beam_image import pattern_image


def test_the_image_has_left_at_the_left_and_high_frequencies_on_top():
    pattern = cardioid(90)
    level_db = np.where(pattern.frequency_hz[:, None] > 3000, pattern.level_db, -60.0).astype(np.float32)
    pattern = BeamPattern(
        pattern.steering_rad,
        pattern.frequency_hz,
        pattern.azimuth_rad,
        level_db,
        pattern.directivity_db,
        pattern.white_noise_gain_db,
    )
    image = pattern_image(pattern, 100)
    table = painting.colormap("viridis")
    assert image.pixel(90, 2) == table[-1]
    assert image.pixel(270, 2) == table[0]
    assert image.pixel(90, 98) == table[0]
