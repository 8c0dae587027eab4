"""A scratch table keeps what it was told for one run."""

from openesim.adapters.db.scratch import Scratch


def test_what_was_noted_is_found_and_what_nobody_asked_for_is_left() -> None:
    notes = Scratch()
    keys = [f"{number:05d}" for number in range(1200)]
    assert all(notes.note(key, key[::-1]) for key in keys)
    assert not notes.note(keys[0], "other")
    assert notes.look_up(keys[100:]) == {key: key[::-1] for key in keys[100:]}
    assert notes.look_up(["unknown"]) == {}
    assert list(notes.unseen()) == [(key, key[::-1]) for key in keys[:100]]
    notes.close()
    notes.close()
