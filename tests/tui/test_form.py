"""The form as it is used: typed into, corrected, submitted, left."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field, SecretStr
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from lexiconsole.tui.editing import Edit, from_yaml, to_yaml
from lexiconsole.tui.widgets.form import FormPanel
from lexiconsole.views.values import unspoken


class Decision(BaseModel):
    """What an approver says."""

    limit: int = Field(ge=0, le=250_000, description="What is granted.")
    condition: Literal["none", "collateral", "co-signer"] = "none"
    notify: bool = True
    comment: str = Field("", max_length=2_000)
    pin: SecretStr | None = None


class Harness(App[None]):
    def __init__(self, panel: FormPanel) -> None:
        super().__init__()
        self.panel, self.told = panel, []

    def compose(self) -> ComposeResult:
        yield self.panel

    def on_mount(self) -> None:
        self.panel.focus_first()

    def on_form_panel_submitted(self, event: FormPanel.Submitted) -> None:
        self.told.append(("submitted", event.values))

    def on_form_panel_rejected(self, event: FormPanel.Rejected) -> None:
        self.told.append(("rejected", event.values))

    def on_form_panel_left(self, event: FormPanel.Left) -> None:
        self.told.append(("left", event.texts, event.touched))

    def on_form_panel_info_wanted(self, event: FormPanel.InfoWanted) -> None:
        self.told.append(("info",))

    @property
    def seen(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


def harness(**options: object) -> Harness:
    return Harness(FormPanel(Decision.model_json_schema(), title="Decide", **options))  # type: ignore[arg-type]


async def test_what_a_form_is_named_is_no_markup_and_what_an_editor_left_wrong_neither(monkeypatch) -> None:
    """Both are somebody else's text; a closing tag that closes nothing would end the program."""
    monkeypatch.setattr(
        "lexiconsole.tui.widgets.form.edited", lambda *_, **__: Edit(problem="line 2: [/b] is no [list")
    )
    app = Harness(FormPanel(Decision.model_json_schema(), title="Decide [/b] [now]"))
    async with app.run_test(size=(80, 30)) as pilot:
        app.panel.styles.border = ("round", "red")
        await pilot.pause()
        assert "Decide [/b] [now]" in app.seen
        app.panel.action_edit()
        await pilot.pause()
        assert [(told.message, told.markup) for told in app._notifications] == [("line 2: [/b] is no [list", False)]


async def test_a_form_is_typed_through_and_submitted() -> None:
    app = harness()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"200000", "tab", "right", "tab", "n", "tab", *"ok", "ctrl+s")
        await pilot.pause()
    expected = {"limit": 200_000, "condition": "collateral", "notify": False, "comment": "ok", "pin": None}
    assert app.told == [("submitted", expected)]


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_submitted() -> None:
    app = harness()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "✗ is needed" in app.seen
        await pilot.press(*"300000")
        await pilot.pause()
        assert "✗ is more than 250,000" in app.seen
        assert "still to do: limit" in app.seen
        await pilot.press("backspace")
        await pilot.pause()
        assert "✓ all fields are right" in app.seen
    assert app.told == []


async def test_a_field_that_nobody_touched_yet_does_not_complain() -> None:
    app = harness()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "✗" not in app.seen
        await pilot.press("tab")
        await pilot.pause()
        assert "✗ is needed" in app.seen


async def test_what_the_definition_finds_wrong_stands_beside_the_field_until_it_is_changed() -> None:
    app = harness(initial={"limit": 5})
    async with app.run_test(size=(80, 24)) as pilot:
        app.panel.show_errors({"limit": "is above what the board allows", "": "the board is closed"})
        await pilot.pause()
        assert "✗ is above what the board allows" in app.seen
        assert "the board is closed" in app.seen
        await pilot.press("6")
        await pilot.pause()
        assert "is above what the board allows" not in app.seen


async def test_leaving_hands_over_the_draft_without_secrets() -> None:
    app = harness(draft={"comment": "half a th"})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("7", "escape")
        await pilot.pause()
    [(word, texts, touched)] = app.told
    assert (word, touched) == ("left", True)
    assert texts == {"limit": "7", "condition": "none", "notify": "yes", "comment": "half a th"}


async def test_rejecting_and_asking_need_words_to_be_possible() -> None:
    app = harness(reject="reject", ask_info="ask for info")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+t", "ctrl+r")
        await pilot.pause()
        assert "^r reject" in app.seen
    assert [told[0] for told in app.told] == ["info", "rejected"]
    app = harness()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+t", "ctrl+r")
        await pilot.pause()
        assert "^r" not in app.seen
    assert app.told == []


async def test_a_secret_is_never_on_the_screen() -> None:
    app = harness()
    async with app.run_test(size=(80, 24)) as pilot:
        app.panel.query(Input).last().value = "hunter2"
        await pilot.pause()
        assert "hunter2" not in app.seen
        assert "•••" in app.seen


async def test_it_fits_wherever_it_is_put() -> None:
    for size in [(120, 36), (80, 24), (60, 20), (40, 10), (20, 5)]:
        app = harness()
        async with app.run_test(size=size) as pilot:
            await pilot.press("ctrl+s", "tab", "tab", "space")
            await pilot.pause()
        assert app.told == []


async def test_a_choice_is_picked_by_letter_and_by_mouse() -> None:
    app = harness()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "tab", "c", "c")
        await pilot.pause()
        assert app.panel.texts["condition"] == "co-signer"
        line = next(line for line in app.seen.splitlines() if "co-signer" in line)
        row = app.seen.splitlines().index(line)
        await pilot.click(offset=(line.index("collateral"), row))
        await pilot.pause()
        assert app.panel.texts["condition"] == "collateral"


def test_what_an_editor_saves_is_taken_over_or_refused_with_a_sentence() -> None:
    schema = Decision.model_json_schema()
    assert from_yaml(to_yaml({"limit": 5}, "x"), schema).value == {"limit": 5}
    assert from_yaml("limit: 2026-01-01", None).value == {"limit": "2026-01-01"}
    assert from_yaml("limit: -1", schema).problem == "limit is less than 0; nothing was changed"
    assert from_yaml("{", schema).problem.startswith("what was saved is not YAML at line")


async def test_a_form_of_which_a_row_is_not_seen_comes_to_rest() -> None:
    app, tries = harness(), []
    async with app.run_test(size=(80, 24)) as pilot:
        usual = app.panel._spread
        app.panel._spread = lambda *terms: tries.append(terms) or usual(*terms)  # type: ignore[method-assign]
        app.panel._rows[0].display = False
        app.panel._spread()
        for _ in range(10):
            await pilot.pause()
    assert len(tries) < 6


async def test_a_letter_measures_no_field_anew_unless_it_changes_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[object] = []
    lay_out = Screen._refresh_layout

    def noted(screen: Screen[None], *terms: object, **named: object) -> None:
        measured.append(screen)
        lay_out(screen, *terms, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Screen, "_refresh_layout", noted)
    app = harness(initial={"limit": 1})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        measured.clear()
        for letter in "0000":
            await pilot.press(letter)
            await pilot.pause()
        assert app.panel.texts["limit"] == "10000"
        assert not measured
        await pilot.press("0", "0")
        await pilot.pause()
        assert "✗ is more than 250,000" in app.seen
        assert measured


def test_a_preview_of_what_was_typed_masks_its_secrets() -> None:
    typed = {"limit": 1, "pin": "1234", "comment": "ok"}
    assert unspoken(Decision.model_json_schema(), typed) == {"limit": 1, "pin": "**********", "comment": "ok"}
