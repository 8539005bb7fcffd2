"""A person's own keys: what the file says counts everywhere, and what is wrong in it is named with its line and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from lexiconsole.app.appearance import first_appearance
from lexiconsole.errors import ConfigurationError
from lexiconsole.tui.keymap import KEYS, Place, key_of, keys_at, shown_key, use, with_keys
from lexiconsole.tui.keymap_file import PRESETS, read_keymap
from tests.e2e.terminal import opened
from tests.tui.making import BUSY_DAY, Story, console, fill, settled, shown, waiting, write


@pytest.fixture
def file(tmp_path):
    def written(text: str) -> Path:
        path = tmp_path / "keys.toml"
        path.write_text(text)
        return path

    return written


@pytest.fixture
def own(file):
    """Takes a file into use until the test is over."""

    def taken(text: str):
        keymap = read_keymap(file(text))
        use(keymap.keys)
        return keymap

    yield taken
    use(KEYS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[keys]\nretyr = "f5"', "keys.toml:2: there is no action retyr; did you mean retry?"),
        ('\n\n[keys]\nretry = "p"', "keys.toml:4: p is pause already; write another key for one of them"),
        ('[keys]\nretry = "j"', "keys.toml:2: j moves the cursor; write another key for retry"),
        ('[keys]\nretry = "enter"', "keys.toml:2: enter must not change anything; write another key for retry"),
        ('[keys]\nretry = "ctrl+i"', "keys.toml:2: ctrl+i is tab in a terminal; write another key for retry"),
        ('[keys]\nretry = "two keys"', "keys.toml:2: 'two keys' is no key; write a letter, a sign, f1 to f12"),
        ("[keys]\nretry = 3", 'keys.toml:2: retry takes a key or several; write retry = "f5"'),
        ('preset = "nano"', "keys.toml:1: there is no preset 'nano'; write one of vim, emacs, arrows"),
        ('[moves]\nsideways = "x"', "keys.toml:2: there is no move sideways"),
        ('[moves]\ndown = "r"', "keys.toml:2: r is retry; write another key for down, or give retry one"),
        ('[key]\nretry = "f5"', "keys.toml:1: there is no key; a keymap has preset, [keys] and [moves]"),
        ("[keys\n", "keys.toml: "),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_way_out(file, text, said):
    with pytest.raises(ConfigurationError) as failed:
        read_keymap(file(text))
    assert said in str(failed.value)


def test_all_mistakes_are_named_at_once(file):
    with pytest.raises(ConfigurationError) as failed:
        read_keymap(file('preset = "nano"\n[keys]\nretyr = "f5"\npause = "r"\n'))
    assert [line.rpartition("keys.toml:")[2][0] for line in str(failed.value).splitlines()] == ["1", "3", "4"]


def test_two_actions_change_places(file):
    keymap = read_keymap(file('[keys]\nretry = "p"\npause = "r"\n'))
    assert {key.action: key.keys for key in keymap.keys if key.action in {"retry", "pause"}} == {
        "retry": ("p",),
        "pause": ("r",),
    }


def test_sentences_name_the_key_that_was_given(own):
    own('[keys]\nretry_all = "f6"\nlive = "^t"\n')
    assert with_keys("{live} goes back to now") == "^t goes back to now"
    assert key_of("mark").about.startswith("mark it; f6, p, c and X then go")


@pytest.mark.parametrize("preset", PRESETS)
def test_no_key_of_a_preset_means_two_things(own, preset):
    keymap = own(f'preset = "{preset}"')
    for place in Place:
        names = [name for key in keys_at(place) for name in key.keys]
        assert len(names) == len(set(names))
        assert not set(names) & set(keymap.moves)


@pytest.mark.parametrize(("given", "name"), [("/", "slash"), ("^t", "ctrl+t"), ("<", "less_than_sign"), ("f5", "f5")])
def test_keys_are_written_as_people_write_them(file, given, name):
    keymap = read_keymap(file(f'[keys]\nsort = "{given}"\nfilter = "f6"\n'))
    assert next(key for key in keymap.keys if key.action == "sort").keys == (name,)
    assert shown_key(name) == given


async def test_footer_help_and_sentence_show_the_changed_key_and_it_works(root, store, own):
    await write(store, BUSY_DAY)
    keymap = own('[keys]\nretry = "f5"\nhelp = "f2"\n')
    async with console(root, looks={"moves": keymap.moves}) as (app, pilot):
        await settled(pilot)
        assert "f5 retry" in app.screen.footer.render_line(0).text
        await pilot.press("e")
        await settled(pilot)
        assert "f5 try again" in app.screen.status.text
        await pilot.press("r")
        await settled(pilot)
        assert "Retry" not in shown(app)
        await pilot.press("f2")
        await settled(pilot)
        assert "f5" in shown(app) and "try again from what failed" in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("f5")
        await settled(pilot)
        assert "Retry order" in shown(app)


async def test_keys_of_the_file_move_and_letters_do_not_where_arrows_do(root, store, own):
    await write(store, BUSY_DAY)
    keymap = own('preset = "arrows"\n[moves]\ndown = "ctrl+n"\n')
    async with console(root, looks={"moves": keymap.moves}) as (app, pilot):
        await settled(pilot)
        table = app.screen.runs.table
        await pilot.press("j")
        await settled(pilot)
        assert table.cursor == 0
        await pilot.press("ctrl+n", "down")
        await settled(pilot)
        assert table.cursor == 2
        await pilot.press("slash", "j")
        await settled(pilot)
        assert app.screen.runs.text == "j"  # in a field a letter is a letter


def test_the_file_is_found_where_the_settings_name_it_or_at_its_usual_place(root, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert first_appearance(root).keys is None
    usual = tmp_path / "config" / "lexiconsole" / "keys.toml"
    usual.parent.mkdir(parents=True)
    usual.touch()
    assert first_appearance(root).keys == usual
    (root / "application.yaml").write_text("console: {keys: mine.toml}\n")
    assert first_appearance(root).keys == root / "mine.toml"


def test_in_a_terminal_a_changed_key_works_and_a_mistake_is_told_before_anything_is_painted(root, store, tmp_path):
    store.parent.mkdir(exist_ok=True)
    fill(store, Story("ffff6666", waiting()))
    keys = tmp_path / "config" / "lexiconsole" / "keys.toml"
    keys.parent.mkdir(parents=True)
    keys.write_text('[keys]\nanswer = "f5"\n')
    with opened(root, XDG_CONFIG_HOME=str(tmp_path / "config")) as terminal:
        terminal.until("1 Catalogue  2", "f5 answer")
        terminal.press("ctrl+q")
        assert terminal.left() == 0
    keys.write_text('[keys]\nanswer = "q"\n')
    with opened(root, XDG_CONFIG_HOME=str(tmp_path / "config")) as terminal:
        assert terminal.left() == 2
        assert "keys.toml:2:qisbackalready;" in "".join(terminal.text.split())  # however it was wrapped
