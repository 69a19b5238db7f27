import math

import numpy as np
import pytest

from workbench.ui import painting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (painting.format_level(-52.34), "−52.3\u2009dB"),
        (painting.format_level(-0.04), "0.0\u2009dB"),
        (painting.format_level(3.0, signed=True), "+3.0\u2009dB"),
        (painting.format_level(-math.inf, "dBFS"), "−∞\u2009dBFS"),
        (painting.format_level(None), "–"),
        (painting.format_level(math.nan), "–"),
        (painting.format_azimuth(math.radians(42.4)), "+42°"),
        (painting.format_azimuth(math.radians(-68)), "−68°"),
        (painting.format_azimuth(math.radians(-0.3)), "0°"),
        (painting.format_azimuth(-math.pi + 1e-3), "180°"),
        (painting.format_azimuth(None), "–"),
        (painting.format_distance(1.26), "1.3\u2009m"),
        (painting.format_distance(None), "–"),
        (painting.format_frequency(2291), "2.29\u2009kHz"),
        (painting.format_frequency(999.7), "1.00\u2009kHz"),
        (painting.format_frequency(9999), "10.0\u2009kHz"),
        (painting.format_frequency(440), "440\u2009Hz"),
        (painting.format_frequency(62.5), "62.5\u2009Hz"),
        (painting.format_frequency_short(2291), "2.29k"),
        (painting.format_frequency_short(150), "150"),
        (painting.format_time(-1.579), "−1.58\u2009s"),
        (painting.format_percent(0.856), "86\u2009%"),
        (painting.format_probability(0.936), "0.94"),
        (painting.number(0, signed=True), "0"),
    ],
)
def test_numbers(text, expected):
    assert text == expected


def test_erb_number_is_the_published_scale():
    # Glasberg and Moore: about 15.6 ERBs at 1 kHz; the ERB there (1 / slope) is 132.6 Hz.
    assert painting.erb_number(1000) == pytest.approx(15.62, abs=0.01)
    slope = painting.erb_number(1000.5) - painting.erb_number(999.5)
    assert 1 / slope == pytest.approx(24.7 * (4.37 + 1), rel=0.01)


def test_axis_runs_from_40_hz_to_20_khz():
    assert painting.frequency_y(20000, 379) == pytest.approx(0)
    assert painting.frequency_y(40, 379) == pytest.approx(379)
    assert painting.y_frequency(-5, 379) == pytest.approx(20000)
    frequencies = np.geomspace(40, 20000, 50)
    np.testing.assert_allclose(painting.erb_frequency(painting.erb_position(frequencies)), frequencies)
    assert painting.y_frequency(painting.frequency_y(1234.0, 300), 300) == pytest.approx(1234.0)


@pytest.mark.parametrize("name", ["magma", "viridis", "berlin", "vik"])
def test_colormaps_have_256_opaque_colors(name):
    table = painting.colormap(name)
    assert table.shape == (256,) and np.all(table >> 24 == 0xFF)
    assert not table.flags.writeable
    image = painting.colormap_image(name)
    assert [image.pixel(x, 0) for x in (0, 255)] == [int(table[0]), int(table[255])]


def test_maps_are_even_in_lightness_where_they_promise_it():
    def luma(name):
        table = painting.colormap(name)
        red, green, blue = ((table >> shift) & 255 for shift in (16, 8, 0))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert np.all(np.diff(luma("magma")) > -1) and np.all(np.diff(luma("viridis")) > -1)
    assert np.argmin(luma("berlin")) == pytest.approx(128, abs=12), "no change is dark in the dark theme"
    assert np.argmax(luma("vik")) == pytest.approx(128, abs=12), "no change is light in the light theme"


def test_color_index_clips_and_rounds():
    levels = np.array([-np.inf, -100, -85, -55, -25, 0, np.inf, np.nan])
    np.testing.assert_array_equal(painting.color_index(levels, -85, -25), [0, 0, 0, 128, 255, 255, 255, 0])
