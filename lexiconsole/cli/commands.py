"""The table of commands: name, where it is defined, and the line that `--help` shows. Nothing is imported for that."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "SECTIONS", "CommandRow"]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """`module` lies in `lexiconsole.cli`; `about` repeats the first line of the function's docstring (a test compares)."""

    name: str
    module: str
    function: str
    section: str
    about: str


RUN, LOOK, MEND, WRITE, CARE = "Run", "Look", "Answer and mend", "Write", "Care"
SECTIONS = (RUN, LOOK, MEND, WRITE, CARE)

COMMANDS: dict[str, CommandRow] = {
    row.name: row
    for row in (
        CommandRow("run", "run", "run", RUN, "Start a run and drive it to its end or its question."),
        CommandRow("resume", "run", "resume", RUN, "Let a paused or interrupted run go on."),
        CommandRow("watch", "run", "watch", RUN, "Look on while a run goes, whoever drives it."),
        CommandRow("worker", "worker", "worker", RUN, "Drive every run that nobody drives, until stopped."),
        CommandRow("serve", "in_browser", "serve", RUN, "Open the console in a browser on this machine."),
        CommandRow(
            "list", "look_definitions", "list_definitions", LOOK, "List the definitions and what is wrong with them."
        ),
        CommandRow("show", "look_definitions", "show", LOOK, "Show a definition: its input and its outline."),
        CommandRow("runs", "look_runs", "runs", LOOK, "List runs; those that need somebody come first."),
        CommandRow("show-run", "look_runs", "show_run", LOOK, "Tell the story of a run."),
        CommandRow("diff", "diff", "diff", LOOK, "Show where two runs part ways, and what else differs."),
        CommandRow(
            "export",
            "export",
            "export",
            LOOK,
            "Write runs as JSON, CSV, a picture, or a bundle without values.",
        ),
        CommandRow("sql", "sql", "sql", LOOK, "Ask the store in SQL; it is only read."),
        CommandRow(
            "inbox", "inbox", "inbox", LOOK, "List open questions and approvals; those that are due come first."
        ),
        CommandRow("answer", "tasks", "answer", MEND, "Answer a question that a run waits for."),
        CommandRow("approve", "tasks", "approve", MEND, "Approve what a run asks approval for."),
        CommandRow("reject", "tasks", "reject", MEND, "Reject what a run asks approval for."),
        CommandRow("delegate", "tasks", "delegate", MEND, "Hand your say in a task on to another operator."),
        CommandRow("ask-info", "tasks", "ask_info", MEND, "Ask whoever began it for more information."),
        CommandRow("escalate", "tasks", "escalate", MEND, "Let those decide too whom a task goes to when it is late."),
        CommandRow("withdraw", "tasks", "withdraw", MEND, "Take your vote back, or your own request."),
        CommandRow("signal", "acts", "signal", MEND, "Send a run a signal from outside."),
        CommandRow("bulk", "bulk", "bulk", MEND, "Show a bulk operation, or steer it while it goes."),
        CommandRow("pause", "acts", "pause", MEND, "Stop a run before its next step."),
        CommandRow("cancel", "acts", "cancel", MEND, "Cancel a run; a saga undoes what it did."),
        CommandRow("retry", "acts", "retry", MEND, "Try again from the step that failed."),
        CommandRow("skip", "acts", "skip", MEND, "Let a step count as done with a result you give."),
        CommandRow("resolve", "acts", "resolve", MEND, "Say what came of a step whose outcome is unknown."),
        CommandRow("mark-done", "acts", "mark_done", MEND, "Record that you undid a step by hand."),
        CommandRow("edit", "acts", "edit", MEND, "Replace a result, the input, or fields of a graph's state."),
        CommandRow("fork", "fork", "fork", MEND, "Start a new run from any moment of another."),
        CommandRow("migrate", "migrate", "migrate", MEND, "Take a run to the version that its definition has by now."),
        CommandRow("init", "init", "init", WRITE, "Write a first definition and a configuration to begin with."),
        CommandRow(
            "check",
            "check",
            "check",
            WRITE,
            "Look for mistakes in definitions, and for live runs that can not go on with them.",
        ),
        CommandRow("audit", "audit", "audit", CARE, "List, verify or export what people decided."),
        CommandRow("config", "care", "config", CARE, "Show every setting and where it came from."),
        CommandRow("doctor", "care", "doctor", CARE, "Look whether the store and the workspace are well."),
    )
}
