from workbench.ui.editor import Draft


def test_changes_are_undone_and_done_again_one_for_each_gesture():
    seen = []
    draft = Draft("a", lambda: seen.append(draft.content))
    for content in ("b", "c", "d"):
        draft.take(content, "drag")
    draft.take("e")
    draft.take("e")  # nothing new
    assert seen == ["b", "c", "d", "e"]
    draft.undo()
    assert draft.content == "d" and draft.can_redo
    draft.undo()
    assert draft.content == "a" and not draft.can_undo
    draft.redo()
    draft.redo()
    assert draft.content == "e" and not draft.can_redo
    draft.undo()
    draft.take("f")
    assert not draft.can_redo and draft.edited


def test_it_is_edited_until_it_is_what_the_file_holds_again(tmp_path):
    draft = Draft("a")
    draft.take("b")
    draft._mark_saved(tmp_path / "b.toml")
    assert not draft.edited and draft.path.name == "b.toml"
    draft.undo()
    assert draft.edited
    draft.redo()
    assert not draft.edited


def test_the_number_of_steps_is_bounded():
    draft = Draft(0)
    for content in range(1, 500):
        draft.take(content)
    for _ in range(500):
        draft.undo()
    assert draft.content == 299
