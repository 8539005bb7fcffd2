"""A saga's verdict in words: whether it was rolled back, and if not, exactly what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lexiconsole.types import Instant, Json, RunStatus
from lexiconsole.views.durations import span
from lexiconsole.views.lanes import Lanes, Need, Passage
from lexiconsole.views.safe import harmless
from lexiconsole.views.sentences import BACK_FROM_PAST, Sentence
from lexiconsole.views.values import brief, error_line
from lexiconsole.views.words import NOBODY, RUN_LOOKS, STEP_LOOKS, Look, StepState

__all__ = ["LaneVerdict", "effect_line", "effect_of", "lane_verdict", "step_sentence"]


@dataclass(frozen=True, slots=True)
class LaneVerdict:
    """`word` in capitals, `sentence` the rest; `look` gives glyph and colour. Not yet made harmless."""

    look: Look
    word: str
    sentence: str = ""

    @property
    def text(self) -> str:
        return f"{self.word}: {self.sentence}" if self.sentence else self.word


def lane_verdict(lanes: Lanes) -> LaneVerdict:
    """The last word on the saga as it stands."""
    look, left = RUN_LOOKS[lanes.status], lanes.left
    given_up = [step for step in left if step.undo.need in (Need.GAVE_UP, Need.LEFT)]
    if lanes.turned:
        return _turned(lanes, left, given_up)
    match lanes.status:
        case RunStatus.COMPLETED:
            return LaneVerdict(
                look,
                "COMPLETED",
                f"all {len(lanes.steps)} steps took effect" if lanes.steps[1:] else "its step took effect",
            )
        case RunStatus.FAILED | RunStatus.CANCELLED:
            word = look.word.upper()
            stays = [step.key for step in lanes.steps if step.in_effect or step.undo.need is Need.FINAL]
            return LaneVerdict(look, word, f"{_list(stays)} stays" if stays else "nothing had taken effect")
        case RunStatus.DOUBTFUL:
            held = lanes.failure
            return LaneVerdict(look, "DOUBTFUL", f"somebody must say what came of {held.key}" if held else "")
        case _:
            done = sum(step.state in (StepState.DONE, StepState.BY_HAND, StepState.SKIPPED) for step in lanes.steps)
            now = [step.key for step in lanes.steps if step.state in _NOW]
            at = f", now {_list(now)}" if now else ""
            return LaneVerdict(look, look.word.upper(), f"{done} of {len(lanes.steps)} steps done{at}")


_NOW = frozenset({StepState.RUNNING, StepState.RETRYING, StepState.WAITING, StepState.SLEEPING, StepState.DOUBTFUL})


def _turned(lanes: Lanes, left: tuple[Passage, ...], given_up: list[Passage]) -> LaneVerdict:
    undone = lanes.undone
    if given_up:
        rest = [step for step in left if step not in given_up]
        sentence = "; ".join(f"{effect_line(step, but=lanes.run_id)} is still in effect" for step in given_up)
        waiting = f"; {_list([step.key for step in rest])} still to be undone" if rest else ""
        return LaneVerdict(STEP_LOOKS[StepState.UNDO_FAILED], "ROLLBACK INCOMPLETE", sentence + waiting)
    if left and not lanes.story.ended:
        sentence = (
            f"{len(undone)} of {len(lanes.unwinding)} undone; still in effect: {_list([*map(effect_line, left)])}"
        )
        return LaneVerdict(RUN_LOOKS[RunStatus.COMPENSATING], "ROLLING BACK", sentence)
    names = [f"{step.key} (by hand)" if step.undo.by_hand else step.key for step in undone]
    turn = "newest first" if lanes.newest_first else "in this order"
    sentence = f"nothing is left; undone {turn}: {', '.join(names)}" if names else "nothing had taken effect"
    return LaneVerdict(RUN_LOOKS[RunStatus.COMPENSATED], "ROLLED BACK", sentence)


def step_sentence(lanes: Lanes, step: Passage, now: Instant, *, past: bool, awaited: str = "") -> Sentence:
    """What the step does or waits for, and which keys lead on; made harmless. In the past the one that leads back.
    `awaited` is what the saga needs before it can begin.
    """
    name, word = harmless(step.key), STEP_LOOKS[step.state].word
    if past:
        return Sentence(f"as it stood then: {name}: {word}", (BACK_FROM_PAST,))
    if lanes.status is RunStatus.PENDING:
        return Sentence(f"pending: {awaited or NOBODY}", (("c", "cancel"),))
    if step.undo.need is Need.GAVE_UP:
        why = error_line(step.undo.error or step.error, 200)
        return Sentence(f"{name} is still in effect: {why}", _PUT_RIGHT)
    if step.undo.need is Need.NOW and step.undo.until is not None:
        return Sentence(f"undo {name} is tried again in {span(step.undo.until - now)}", (("r", "now"),))
    if step.state is StepState.RETRYING and step.until is not None:
        return Sentence(f"{name} is tried again in {span(step.until - now)}", (("r", "now"),))
    if step.state is StepState.DOUBTFUL:
        return Sentence(f"nobody knows whether {name} happened", (("enter", "decide it"),))
    keys = _KEYS.get(lanes.status, (("p", "pause"), ("c", "cancel and undo")))
    if step.turned_here:
        undone = sum(each.undo.need is Need.DONE for each in lanes.unwinding)
        return Sentence(f"{name} failed; {undone} of {len(lanes.unwinding)} undone", keys)
    undoing = f"; {step.undo.need.value}" if step.undo.order else ""
    return Sentence(f"{name}: {word}{undoing}", keys)


_PUT_RIGHT = (("r", "undo again"), ("m", "undone by hand"), ("J", "leave it"))
_LOOK_BACK = ("[", "look back")
_KEYS: dict[RunStatus, tuple[tuple[str, str], ...]] = {
    RunStatus.COMPENSATING: (("p", "pause"),),
    RunStatus.COMPLETED: (_LOOK_BACK,),
    RunStatus.COMPENSATED: (_LOOK_BACK,),
    RunStatus.CANCELLED: (_LOOK_BACK,),
    RunStatus.FAILED: (("r", "try again"), _LOOK_BACK),
    RunStatus.PAUSED: (("p", "go on"),),
    RunStatus.WAITING: (("i", "answer"),),
    RunStatus.DOUBTFUL: (("e", "to what is held up"),),
}


def effect_line(step: Passage, limit: int = 40, but: str = "") -> str:
    """What a step did, by its result: `charge (CH-9738B528, 8900 cents)`; its key alone when it gave nothing."""
    told = effect_of(step.effect, limit, but, ", ")
    return f"{step.key} ({told})" if told else step.key


def effect_of(result: Json, limit: int = 40, but: str = "", gap: str = "  ") -> str:
    """A result as an effect: of an object its telling fields (not those that only say `but`), of anything else itself.

    A field that does not fit whole is left away, but for the first; `…` says so.
    """
    if result is None or result in ("", {}, []):
        return ""
    if not isinstance(result, dict):
        return brief(result, limit)
    parts = [_part(name, value) for name, value in result.items() if _tells(value) and value != but]
    told = len(parts)
    while told > 1 and len(gap.join(parts[:told])) > (limit if told == len(parts) else limit - 2):
        told -= 1
    return brief(gap.join(parts[:told]) + (" …" if told < len(parts) else ""), limit)


def _tells(value: Any) -> bool:
    return value not in (None, "", 0, False) and not isinstance(value, dict | list)


def _part(name: str, value: Any) -> str:
    if value is True:
        return name
    return f"{name} {value:,}" if isinstance(value, int | float) else str(value)


def _list(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
