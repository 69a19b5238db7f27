import re
import xml.etree.ElementTree as ElementTree

import pytest

from docs.handbook import markdown

MATHML = "{http://www.w3.org/1998/Math/MathML}"


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("What a beam gains", "what-a-beam-gains"),
        ("How it works (Valin et al. 2020, arXiv 2008.04259)", "how-it-works-valin-et-al-2020-arxiv-200804259"),
        ("The Enhancer panel (`E`)", "the-enhancer-panel-e"),
        ("One talker – beside a fan", "one-talker--beside-a-fan"),
    ],
)
def test_anchors_are_those_that_github_makes(heading, anchor):
    page = markdown.render(f"# Top\n\n## {heading}\n")
    assert [section.heading.anchor for section in page.sections] == ["top", anchor]
    assert f'<h2 id="{anchor}">' in page.body


def test_a_heading_may_have_an_anchor_of_its_own_and_equal_headings_are_told_apart():
    page = markdown.render("# Top\n\n### Method {#enhance.method}\n\n## Limits\n\n## Limits\n")
    assert [section.heading.anchor for section in page.sections] == ["top", "enhance.method", "limits", "limits-1"]
    assert page.sections[1].heading.text == "Method"
    assert "{#" not in page.body


def test_a_formula_becomes_mathml_that_is_well_formed_and_has_its_parts():
    page = markdown.render("# Top\n\nThe gain $g_b$ is\n\n$$\n\\frac{1}{1 + \\xi}\n$$\n")
    inline, block = (ElementTree.fromstring(found) for found in re.findall(r"<math.*?</math>", page.body, re.S))
    assert inline.get("display") == "inline" and block.get("display") == "block"
    assert [each.text for each in inline.iter(f"{MATHML}mi")] == ["g", "b"]
    fraction = next(block.iter(f"{MATHML}mfrac"))
    assert "".join(fraction[0].itertext()) == "1"
    assert "".join(fraction[1].itertext()) == "1+ξ"
    assert "$" not in page.body and "\\frac" not in page.body


def test_money_and_code_are_no_formulas():
    page = markdown.render("# Top\n\nCosts 5 $ or 6 $ a day; `$HOME` and `a$b$c`.\n")
    assert "<math" not in page.body
    assert "<code>$HOME</code>" in page.body


def test_a_picture_comes_in_the_theme_that_is_read():
    page = markdown.render("# Top\n\n![The map](screenshots/map-dark.png) ![Plan](plan.svg)\n")
    assert page.pictures == ("screenshots/map-dark.png", "plan.svg")
    assert '<img class="only-dark" src="screenshots/map-dark.png" alt="The map"' in page.body
    assert '<img class="only-light" src="screenshots/map-light.png" alt="The map"' in page.body
    assert '<img src="plan.svg" alt="Plan"' in page.body


def test_html_in_a_page_is_text():
    page = markdown.render("# Top\n\nWrite <b>bold</b> & <script>alert(1)</script>\n")
    assert "<script>" not in page.body
    assert "&lt;b&gt;bold" in page.body


def test_links_are_turned_and_remembered():
    page = markdown.render("# Top\n\n[a](beams.md#x), [b](https://example.org/y.md)\n", lambda target: target.upper())
    assert page.links == ("BEAMS.MD#X", "HTTPS://EXAMPLE.ORG/Y.MD")
    assert 'href="BEAMS.MD#X"' in page.body


def test_a_search_finds_the_words_under_their_heading():
    page = markdown.render(
        "# Top\n\nFirst *words*.\n\n## Second\n\n| a | b |\n|---|---|\n| c | `d` |\n\n```\ncode\n```\n"
    )
    assert page.sections[0].text == "First words."
    assert page.sections[1].text.split() == ["a", "b", "c", "d", "code"]


def test_a_page_without_a_title_is_refused():
    with pytest.raises(ValueError, match="begins with a heading"):
        markdown.render("Words\n\n## Second\n")


def test_split_link():
    assert markdown.split_link("beams.html#what%20x") == ("beams.html", "what x")
    assert markdown.split_link("#here") == ("", "here")
    assert markdown.split_link("https://example.org/a.html#b") == ("", "")
