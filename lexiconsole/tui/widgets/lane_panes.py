"""What stands below a saga's lanes: the unwinding as a list, and all that is known of the selected step."""

from __future__ import annotations

import json

from textual.content import Content

from lexiconsole.tui.glyphs import Glyphs
from lexiconsole.tui.palettes import Palette
from lexiconsole.types import Instant, JsonObject
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import clock, span
from lexiconsole.views.faults import frames
from lexiconsole.views.lane_words import effect_of
from lexiconsole.views.lanes import Lanes, Need, Passage
from lexiconsole.views.safe import harmless, harmless_lines
from lexiconsole.views.values import error_line
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["step_lines", "unwinding_lines"]

Lines = list[Content]

_BESIDES, _SHORTEST = 26, 10
"""Cells of a line of the unwinding besides number, name and state, without the effect; the shortest a name is cut to."""

_LOOKS = {
    Need.DUE: StepState.PENDING,
    Need.NOW: StepState.UNDOING,
    Need.DONE: StepState.UNDONE,
    Need.GAVE_UP: StepState.UNDO_FAILED,
    Need.LEFT: StepState.UNDO_FAILED,
}


def unwinding_lines(lanes: Lanes, palette: Palette, glyphs: Glyphs, chosen: int, width: int = 80) -> Lines:
    """The compensations in the order in which they are done; effects take what is left of `width`."""
    if not lanes.turned:
        ready = [step.key for step in lanes.steps if step.undo.need is Need.NOT_YET]
        said = f"goes forward; {len(ready)} of {len(lanes.steps)} could be undone" if ready else "nothing to undo yet"
        if lanes.status.ended:
            said = "went forward; what took effect stays" if ready else "nothing to undo"
        elif not lanes.may_turn:
            said = "the pivot is passed; it goes forward"
        return [Content.styled(said, palette.faint)]
    digits, far = len(str(len(lanes.unwinding))), max([5, *(len(_how(step)) for step in lanes.unwinding)])
    room = max(_SHORTEST, width - digits - far - _BESIDES)
    wide = min(room, max([4, *(cell_width(harmless(step.key)) for step in lanes.unwinding)]))
    head = f" {'#':>{digits}}  {'undo':<{wide}}     {'state':<{far}}  tries  took     effect"
    lines = [Content.styled(head, palette.faint)]
    for step in lanes.unwinding:
        look = STEP_LOOKS[_LOOKS[step.undo.need]]
        took = span(step.undo.took) if step.undo.took is not None else ""
        here = lanes.steps[chosen : chosen + 1] == (step,)
        mark = glyphs.cursor if here else " "
        row = Content.styled(f"{mark}{step.undo.order:>{digits}}  ", palette.accent if here else palette.faint)
        row += Content.styled(
            f"{padded(cut(harmless(step.key), wide), wide)}  ", f"bold {palette.bright}" if here else palette.text
        )
        row += Content.styled(f"{glyphs.state(look):<3}{_how(step):<{far}}  ", palette.state(look))
        row += Content.styled(f"{step.undo.tries or '':>5}  {took:<7}  ", palette.text)
        left = max(6, width - cell_width(row.plain))
        row += Content.styled(effect_of(step.effect, left, lanes.run_id), palette.faint)
        lines.append(row)
    if not lanes.unwinding:
        lines.append(Content.styled("nothing had taken effect", palette.faint))
    return lines


def _how(step: Passage) -> str:
    return "by hand" if step.undo.by_hand else step.undo.need.value


def step_lines(step: Passage, palette: Palette, now: Instant, width: int = 80) -> Lines:
    """The step's error with its frames, or its effect; then its undoing. Code is cut to `width`."""
    lines: Lines = []
    urgent = step.undo.need in (Need.NOW, Need.GAVE_UP, Need.LEFT)
    if urgent:
        lines += [*_undo(step, palette, now, width), Content("")]
    look = STEP_LOOKS[step.state]
    head = Content.styled(f"{harmless(step.key)}: {look.word}", f"bold {palette.state(look)}")
    facts = [f"{step.tries} tries" if step.tries > 1 else "", span(step.took) if step.took is not None else ""]
    if step.row is not None and step.row.ended_at is not None:
        facts.append(f"at {clock(step.row.ended_at)}")
    lines.append(head + Content.styled("   " + "   ".join(fact for fact in facts if fact), palette.faint))
    if step.error is not None and step.state in (StepState.FAILED, StepState.RETRYING, StepState.DOUBTFUL):
        lines += _error(step.error, palette, width)
    elif step.effect is not None:
        lines += _named("gave", step.effect, palette)
    if step.row is not None and step.row.log.strip():
        lines += [Content.styled(f"  {line}", palette.faint) for line in harmless_lines(step.row.log.strip())[-4:]]
    if step.former:
        lines.append(_pair("called before", step.former, palette))
    if step.row is not None:
        lines.append(_pair("idempotency key", step.idempotency, palette))
    return lines if urgent else [*lines, *_undo(step, palette, now, width)]


def _undo(step: Passage, palette: Palette, now: Instant, width: int) -> Lines:
    undo = step.undo
    if undo.need in (Need.NOT_DONE, Need.NOT_YET):
        return []
    if undo.need in (Need.NONE, Need.FINAL):
        return [_pair("undoing", undo.need.value, palette)]
    look = STEP_LOOKS[_LOOKS[undo.need]]
    head = Content.styled(f"undo {harmless(step.key)}: {undo.need.value}", f"bold {palette.state(look)}")
    lines = [head + Content.styled(f"   {undo.tries} tries" if undo.tries > 1 else "", palette.faint)]
    if undo.error is not None and undo.need is not Need.DONE:
        lines += _error(undo.error, palette, width)
    if undo.until is not None:
        lines.append(_pair("next try", f"in {span(undo.until - now)}", palette))
    if undo.said:
        lines.append(_pair("by hand" if undo.by_hand else "reason", undo.said, palette))
    if undo.tries:
        lines.append(_pair("idempotency key", step.undo_idempotency, palette))
    return lines


def _error(error: JsonObject, palette: Palette, width: int) -> Lines:
    red = palette.state(STEP_LOOKS[StepState.FAILED])
    lines = [Content.styled(error_line(error, 400), red)]
    for frame in frames(error):
        if frame.foreign:
            continue
        lines.append(
            Content.styled(f"  {frame.place}", palette.text) + Content.styled(f" in {frame.function}", palette.faint)
        )
        if frame.code:
            lines.append(Content.styled(cut(f"    {frame.code}", width), palette.faint))
    return lines


def _named(name: str, value: object, palette: Palette) -> Lines:
    if isinstance(value, dict) and value:
        wide = max(len(key) for key in value)
        return [
            Content.styled(f"  {harmless(key):<{wide}}  ", palette.faint)
            + Content.styled(harmless(_short(part)), palette.text)
            for key, part in value.items()
        ]
    return [_pair(name, _short(value), palette)]


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pair(name: str, text: str, palette: Palette) -> Content:
    return Content.styled(f"{name}  ", palette.faint) + Content.styled(harmless(text), palette.text)
