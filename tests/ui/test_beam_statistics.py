import math

from workbench.core.messages import BeamGain
from workbench.ui.views.beam_figures import PatternFigures
from workbench.ui.views.beam_statistics import beam_statistics, gain_text, is_measured

FIGURES = PatternFigures(
    directivity_db=8.77, white_noise_gain_db=-3.04, width_rad=math.radians(61.2), null_db=-31.25, null_azimuth_rad=-1.0
)
GAIN = BeamGain(1, 2.0, 0.0, input_db=-3.5, output_db=4.0, array_gain_db=6.04, span_s=4.0)
UNKNOWN_GAIN = BeamGain(1, 2.0, 0.0, float("nan"), float("nan"), float("nan"), 4.0)


def test_an_unknown_beam_has_the_same_figures_without_numbers():
    known, unknown = beam_statistics(FIGURES, None, False), beam_statistics(None, None, False)
    assert [entry.label for entry in known][:3] == [entry.label for entry in unknown][:3]
    assert not any(character.isdigit() for entry in unknown for character in entry.text)


def test_a_gain_that_is_known_takes_the_widths_place_where_there_is_no_room():
    wide, small = beam_statistics(FIGURES, GAIN, False), beam_statistics(FIGURES, GAIN, True)
    assert [entry.label for entry in wide] == ["Directivity", "WN gain", "Width", wide[3].label, "SI-SDR gain"]
    assert [entry.label for entry in small] == ["Directivity", "WN gain", wide[3].label, "SI-SDR gain"]
    assert wide[4].text == "+7.5"
    assert not is_measured(UNKNOWN_GAIN) and not is_measured(None)
    assert len(beam_statistics(FIGURES, UNKNOWN_GAIN, False)) == 4


def test_what_is_under_the_cursor_takes_the_nulls_place():
    entries = beam_statistics(FIGURES, None, False, (math.radians(30), 1000.0, -12.34))
    assert entries[3].text == "−12.3" and entries[3].label == "+30°, 1.00k"
    assert beam_statistics(FIGURES, None, True, (math.radians(30), 1000.0, -12.34))[3].label == "+30°"


def test_the_gain_in_words():
    text = gain_text(GAIN)
    assert "microphone 1 −3.5" in text and "beam 4.0" in text and "pauses 6.0" in text
    assert "pauses" not in gain_text(BeamGain(1, 2.0, 0.0, -3.5, 4.0, float("nan"), 4.0))
