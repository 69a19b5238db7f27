"""The handbook's search, which runs in the browser, run here by Qt's own JavaScript."""

import json

import pytest
from PySide6.QtQml import QJSEngine

from docs.handbook import site

SECTIONS = [
    ["beams.html", "lcmv", "Capture beams", "LCMV", "Superdirective with nulls on the other talkers."],
    ["parameters.html", "beamformer.null_depth_db", "Parameters", "Null depth", "How far below the talker."],
    ["views.html", "beam-pattern", "The views", "Beam pattern", "The null depth stands in the figures. Ångström."],
]


@pytest.fixture(scope="module")
def run(qapp):
    engine = QJSEngine()

    def run(text):
        result = engine.evaluate(text)
        assert not result.isError(), result.toString()
        return result.toVariant()

    run((site.HERE / "handbook.js").read_text(encoding="utf-8"))
    return run


def found(run, query, sections=SECTIONS):
    return json.loads(run(f"JSON.stringify(search({json.dumps(query)}, {json.dumps(sections)}))"))


def test_a_heading_comes_before_the_text(run):
    assert [row[1] for row in found(run, "null depth")] == ["beamformer.null_depth_db", "beam-pattern"]


def test_every_word_must_be_there_in_any_order_and_case(run):
    assert [row[1] for row in found(run, "TALKERS lcmv")] == ["lcmv"]
    assert found(run, "lcmv figures") == []
    assert found(run, "   ") == []


def test_beginnings_of_words_are_enough_and_accents_are_not_needed(run):
    assert [row[1] for row in found(run, "superdir")] == ["lcmv"]
    assert [row[1] for row in found(run, "angstrom")] == ["beam-pattern"]


def test_signs_of_regular_expressions_are_signs(run):
    assert found(run, "(") == [] and found(run, "[a-z]+") == []


def test_an_excerpt_begins_near_the_word(run):
    text = "x " * 100 + "the needle " + "y " * 100
    excerpt = run(f"excerpt({json.dumps(text)}, 'needle')")
    assert "needle" in excerpt and excerpt.startswith("…") and excerpt.endswith("…") and len(excerpt) < 135


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("comb strength", "parameters.html"),
        ("dropouts", "hardware.html"),
        ("--scheduler", "commands.html"),
        ("RT60", "glossary.html"),
        ("channel order", "hardware.html"),
    ],
)
def test_what_people_look_for_is_among_the_first(run, query, page):
    run(site.search_index(site.render()).replace("const SECTIONS", "SECTIONS"))
    rows = json.loads(run(f"JSON.stringify(search({json.dumps(query)}, SECTIONS))"))
    assert page in [row[0] for row in rows[:5]]
