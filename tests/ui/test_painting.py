import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

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


@pytest.mark.parametrize("dashes", [(), (4.0, 3.0), (1.0, 2.5)])
def test_a_line_in_pieces_covers_what_one_polyline_covers(qapp, dashes):
    x = np.linspace(5.0, 295.0, 241)
    y = 60 + 40 * np.sin(x / 20) + 3 * np.sin(x / 3)
    pen = QPen(QColor("white"), 1.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern(list(dashes))

    def picture(draw) -> np.ndarray:
        image = QImage(300, 120, QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).reshape(120, -1)[:, :300].astype(float)

    def whole(painter):
        painter.setPen(pen)
        painter.drawPolyline(painting.polygon(x, y))

    want, found = picture(whole), picture(lambda painter: painting.draw_line(painter, x, y, pen))
    assert want.sum() > 5e4
    assert found.sum() == pytest.approx(want.sum(), rel=0.02)
    assert np.abs(found - want).mean() < 1.0  # of 255: a shade where pieces meet


def test_a_line_of_one_point_or_none_is_drawn_without_fault(qapp):
    image = QImage(10, 10, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    for count in (0, 1):
        painting.draw_line(painter, np.zeros(count), np.zeros(count), QPen(QColor("white"), 2.0))
    painter.end()
    assert not any(image.pixelColor(x, y).value() for x in range(10) for y in range(10))
