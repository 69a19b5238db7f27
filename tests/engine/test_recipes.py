"""Recipes: what they say, and what is said of those that are none."""

import shutil
from dataclasses import replace

import pytest

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.engine import settings
from workbench.engine.recipes import Recipe, as_plain, fingerprint, load_recipe
from workbench.enhance.models import models_folder, read_manifest, write_manifest_entry

WHOLE = """earshot_recipe = 1
description = "Gently"

[chain]
array = "square4-30mm"
layout = "pair-100mm"

[output]
format = "same"
suffix = "_clean"

[params.enhance]
method = "classical"
attenuation_limit_db = 18
"""


def write(tmp_path, text, name="r.toml"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_all_that_a_recipe_can_say(tmp_path):
    recipe = load_recipe(write(tmp_path, WHOLE))
    assert (recipe.array, recipe.layout, recipe.description) == ("square4-30mm", "pair-100mm", "Gently")
    assert recipe.params.enhance.attenuation_limit_db == 18.0
    names = [recipe.output_name(tmp_path / name) for name in ("a.flac", "b.wav", "c.d.mp3")]
    assert names == ["a_clean.flac", "b_clean.wav", "c.d_clean.wav"]
    assert as_plain(recipe)["params"] == {"enhance.method": "classical", "enhance.attenuation_limit_db": 18.0}


def test_the_least_that_a_recipe_can_say(tmp_path):
    assert load_recipe(write(tmp_path, "earshot_recipe = 1")) == Recipe()


def test_settings_of_the_window_are_a_recipe(tmp_path):
    params = parameters.replace(Params(), {"enhance.strength_percent": 70.0})
    path = tmp_path / "mine.toml"
    settings.save(settings.Settings(params, array="", layout=""), path)
    assert load_recipe(path) == Recipe(params)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "earshot_recipe = 1"),
        ("earshot_recipe = 'one'", "earshot_recipe = 1"),
        ("earshot_recipe = 2", "newer Earshot"),
        ("earshot_recipe = 1\nfoo = 2", "unknown key 'foo'"),
        ("earshot_recipe = 1\nchain = 2", "chain must be a table"),
        ("earshot_recipe = 1\n[chain]\narrray = 'x'", "unknown key 'chain.arrray'"),
        ("earshot_recipe = 1\n[chain]\narray = 'nowhere'", "nowhere"),
        ("earshot_recipe = 1\n[chain]\nlayout = 3", "chain.layout must be text"),
        ("earshot_recipe = 1\n[output]\nformat = 'mp3'", "output.format 'mp3'"),
        ("earshot_recipe = 1\n[output]\nsuffix = '/x'", "output.suffix"),
        ("earshot_recipe = 1\n[params.enhance]\nmethod = 'magic'", "enhance.method"),
        ("earshot_recipe = 1\n[params.enhance]\nstrength_percent = 300", "enhance.strength_percent"),
        ("earshot_recipe = 1\n[params]\nenhance = 3", "params.enhance"),
        ("earshot_recipe = [", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, words):
    path = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        load_recipe(path)
    assert words in str(error.value) and str(path) in str(error.value)


def test_the_fingerprint_follows_all_that_the_sound_depends_on(tmp_path):
    array = write(tmp_path, 'name = "mine"\nmics = [[0, 0, 0], [0.1, 0, 0]]', "mine.toml")
    with_array = load_recipe(write(tmp_path, 'earshot_recipe = 1\n[chain]\narray = "mine.toml"'))
    assert with_array.array == str(array.resolve())
    before = fingerprint(with_array)
    array.write_text('name = "mine"\nmics = [[0, 0, 0], [0.2, 0, 0]]')
    louder = parameters.replace(Params(), {"enhance.output_gain_db": 1.0})
    prints = [before, fingerprint(with_array), fingerprint(Recipe()), fingerprint(Recipe(louder))]
    prints.append(fingerprint(Recipe(format="wav")))
    assert len(set(prints)) == 5
    assert fingerprint(Recipe(suffix="x", description="y")) == fingerprint(Recipe())


def test_a_network_beside_the_recipe(tmp_path):
    recipe = 'earshot_recipe = 1\n[params.enhance]\nmodel = "mine.onnx"'
    with pytest.raises(InputError, match=r"manifest.json"):
        load_recipe(write(tmp_path, recipe))
    folder = models_folder()
    shutil.copy(folder / "percepnet-small.onnx", tmp_path / "mine.onnx")
    write_manifest_entry(tmp_path, "mine", replace(read_manifest()["percepnet-small"], file="mine.onnx"))
    assert load_recipe(write(tmp_path, recipe)).params.enhance.model == str(tmp_path / "mine.onnx")
