"""Settings: which layer wins, what is refused and how it is told, and where each value came from."""

from pathlib import Path

import pytest

from lexiconsole.app.config import Durability, Settings
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.upper().startswith("LEX_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "application.yaml") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path

    return write


def refusal(root: Path, **how) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(root, **how)
    return str(caught.value).replace(f"{root}/", "")


def origin(settings: Settings, name: str) -> str:
    return next(setting.origin for setting in settings.listing() if setting.name == name)


def test_a_folder_without_files_has_the_defaults_of_the_reference(tmp_path):
    settings = Settings.load(tmp_path)
    assert settings.model_dump() == Settings().model_dump()
    flow = settings.workflow
    assert (flow.batch_size, flow.max_concurrency, flow.timeout, flow.retry_attempts) == (10, 5, 300.0, 3)
    assert (flow.retry_delay, flow.enable_progress_tracking, flow.pipeline_timeout, flow.enabled) == (
        1.0,
        True,
        300.0,
        True,
    )
    assert (flow.graph.max_iterations, flow.graph.node_timeout, flow.graph.max_parallel_branches) == (25, 120.0, 5)
    assert settings.store.path == Path(".lexiconsole/store.db")
    assert settings.store.durability is Durability.POWER
    assert settings.operators is None
    assert settings.definitions == ("definitions",)
    assert list(tmp_path.iterdir()) == [], "looking never writes"


def test_the_workflow_section_is_a_bulk_configuration(tmp_path):
    """The reference hands the section `workflow` to bulk operations as it is."""
    assert isinstance(Settings.load(tmp_path).workflow, BulkOperationConfig)


def test_the_last_layer_that_speaks_wins_value_by_value(write, monkeypatch):
    root = write("workflow: {batch_size: 1, max_concurrency: 1, retry_attempts: 1, retry_delay: 7}")
    write("workflow: {max_concurrency: 2, retry_attempts: 2, batch_size: 2}", "application.prod.yaml")
    monkeypatch.setenv("LEX_WORKFLOW__RETRY_ATTEMPTS", "3")
    monkeypatch.setenv("LEX_WORKFLOW__BATCH_SIZE", "3")
    settings = Settings.load(root, profile="prod", arguments={"workflow": {"batch_size": 4}})
    flow = settings.workflow
    assert (flow.retry_delay, flow.max_concurrency, flow.retry_attempts, flow.batch_size) == (7, 2, 3, 4)
    assert [origin(settings, f"workflow.{name}") for name in ("retry_delay", "max_concurrency")] == [
        f"{root}/application.yaml:1",
        f"{root}/application.prod.yaml:1",
    ]
    assert origin(settings, "workflow.retry_attempts") == "LEX_WORKFLOW__RETRY_ATTEMPTS"
    assert origin(settings, "workflow.batch_size") == "argument"
    assert origin(settings, "workflow.timeout") == "default"


def test_nested_variables_reach_inside_sections(tmp_path, monkeypatch):
    monkeypatch.setenv("LEX_WORKFLOW__GRAPH__MAX_ITERATIONS", "7")
    monkeypatch.setenv("LEX_STORE__LIMITS__MAX_VALUE_BYTES", "5000")
    settings = Settings.load(tmp_path)
    assert settings.workflow.graph.max_iterations == 7
    assert settings.store.limits.max_value_bytes == 5000
    assert origin(settings, "workflow.graph.max_iterations") == "LEX_WORKFLOW__GRAPH__MAX_ITERATIONS"


@pytest.mark.parametrize("text", ["flows, more", '["flows", "more"]'])
def test_a_list_in_a_variable_is_json_or_separated_by_commas(tmp_path, monkeypatch, text):
    monkeypatch.setenv("LEX_DEFINITIONS", text)
    assert Settings.load(tmp_path).definitions == ("flows", "more")


def test_an_empty_variable_says_nothing_and_null_means_none(write, monkeypatch):
    monkeypatch.setenv("LEX_WORKFLOW__BATCH_SIZE", "")
    monkeypatch.setenv("LEX_WORKFLOW__TIMEOUT", "null")
    settings = Settings.load(write("workflow: {batch_size: 6}"))
    assert settings.workflow.batch_size == 6
    assert settings.workflow.timeout is None


def test_the_profile_can_come_from_the_environment(write, monkeypatch):
    root = write("engine: {threads: 4}", "application.night.yaml")
    monkeypatch.setenv("LEX_PROFILE", "night")
    assert Settings.load(root).engine.threads == 4


def test_a_profile_without_a_file_is_refused_with_the_nearest(write):
    root = write("engine: {}", "application.prod.yaml")
    assert refusal(root, profile="prd") == "there is no profile 'prd'; did you mean 'prod'?"
    write("engine: {}", "application.eu.prod.yaml")
    assert refusal(root, profile="eu.prd") == "there is no profile 'eu.prd'; did you mean 'eu.prod'?"


@pytest.mark.parametrize("name", ["../x", "a/b"])
def test_a_profile_is_a_name_and_no_path(write, name):
    assert "there is no profile" in refusal(write("engine: {}"), profile=name)


def test_application_yml_is_not_silently_ignored(write):
    assert "rename it to application.yaml" in refusal(write("engine: {}", "application.yml"))


def test_a_section_whose_lines_are_commented_out_says_nothing(write):
    settings = Settings.load(write("workflow:\n  # batch_size: 3\n  graph:\nstore:\n"))
    assert settings.model_dump() == Settings().model_dump()


def test_operators_are_a_mapping_or_a_list_with_names(write):
    mapping = Settings.load(write("operators:\n  anna: {users: [root], roles: 'ops, boss'}")).operators
    listed = Settings.load(write("operators:\n  - {name: anna, users: [root], roles: [ops, boss]}")).operators
    assert mapping == listed
    assert mapping is not None
    assert mapping["anna"].roles == ("ops", "boss")


def test_nobody_configured_is_not_the_same_as_an_empty_list_of_operators(write):
    assert Settings.load(write("operators:")).operators is None
    assert Settings.load(write("operators: {}")).operators == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("workflow:\n  batch_sise: 3", "application.yaml:2: there is no setting workflow.batch_sise; did you mean batch_size?"),
        ("workflow:\n\n  graph: {max_iteration: 3}", "application.yaml:3: there is no setting workflow.graph.max_iteration; did you mean max_iterations?"),
        ("worklow: {}", "application.yaml:1: there is no setting worklow; did you mean workflow?"),
        ("zzzzzz: 1", "application.yaml:1: there is no setting zzzzzz"),
        ("operators:\n  anna:\n    role: [x]", "application.yaml:3: there is no setting operators.anna.role"),
        ("workflow:\n  batch_size: ten", "application.yaml:2: workflow.batch_size: should be a valid integer, unable to parse string as an integer, not 'ten'"),
        ("workflow:\n  batch_size: 0", "application.yaml:2: workflow.batch_size: should be greater than or equal to 1, not 0"),
        ("workflow:\n  timeout: .nan", "application.yaml:2: workflow.timeout: should be a finite number, not nan"),
        ("workflow: 5", "application.yaml:1: workflow is a section; expected `name: value` lines below it"),
        ("workflow:\n  graph: [1]", "application.yaml:2: graph is a section; expected `name: value` lines below it"),
        ("store:\n  durability: sometimes", "application.yaml:2: store.durability: should be 'power' or 'process', not 'sometimes'"),
        ("engine:\n  beat: 20", "application.yaml:1: engine: stall_after (30.0) must be at least two beats (40.0)"),
        ("a: 1\nb: [", "application.yaml:2: this is no YAML: expected the node content, but found '<stream end>'"),
        ("a: 1\n\tb: 2", "application.yaml:2: this is no YAML: found character '\\t' that cannot start any token"),
        ("store: {}\nengine: {}\nstore: {}", "application.yaml:3: store stands here a second time, first in line 1; keep one"),
        ("store: {}\ntrue: 1", "application.yaml:2: true is no text; a name like that needs quotes"),
        ("- a\n- b", "application.yaml:1: expected `name: value` lines, found something else"),
        ("notifications: &a\n  x: *a", "application.yaml:1: this value contains itself"),
        ("operators:\n- name: [ana]", "application.yaml:1: operators: the name ['ana'] is no text; a name like that needs quotes"),
        ("operators:\n  ana:\n    absences:\n    - {from: 2026-12-01, to: 2026-01-31, stand_in: ana}", "application.yaml:4: operators.ana.absences.0: to (2026-01-31) does not come after from (2026-12-01)"),
        ("notifications: {d: 2024-99-99}", "application.yaml: this is no YAML that makes sense: month must be in 1..12"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_line_and_name(write, text, sentence):
    assert refusal(write(text)) == sentence


def test_every_fault_is_told_at_once(write, monkeypatch):
    monkeypatch.setenv("LEX_STORE__PATHH", "x")
    lines = refusal(write("workflow: {batch_size: no, timeout: -1}")).splitlines()
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("LEX_STORE_PATH", "LEX_STORE_PATH is not a setting; did you mean LEX_STORE__PATH?"),
        ("LEX_WORKFLOW__BATCHSIZE", "LEX_WORKFLOW__BATCHSIZE: there is no setting workflow.batchsize; did you mean batch_size?"),
        ("LEX_WORKFLOW__BATCH_SIZE", "LEX_WORKFLOW__BATCH_SIZE: workflow.batch_size: should be a valid integer, unable to parse string as an integer, not 'much'"),
        ("LEX_ENGINE", "LEX_ENGINE: engine is a section with settings of its own, not 'much'"),
    ],
)  # fmt: skip
def test_a_wrong_variable_is_named(tmp_path, monkeypatch, name, sentence):
    monkeypatch.setenv(name, "much")
    assert refusal(tmp_path) == sentence


def test_a_file_that_is_no_text_or_can_not_be_read_is_a_sentence(tmp_path):
    file = tmp_path / "application.yaml"
    file.write_bytes(b"a: \xff\xfe\x00")
    assert "is no text" in refusal(tmp_path)
    file.unlink()
    file.mkdir()
    assert "can not be read: Is a directory" in refusal(tmp_path)
    file.rmdir()
    file.symlink_to(file)
    assert "can not be read: Too many levels of symbolic links" in refusal(tmp_path)


def test_a_small_file_that_unfolds_to_billions_is_read_in_no_time(write):
    """Anchors are walked once each, however often they are used."""
    levels = "\n".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30))
    with pytest.raises(ConfigurationError, match=r"there is no setting notifications\.l0"):
        Settings.load(write(f"notifications:\n  l0: &l0 [x]\n{levels}"))


def test_secrets_are_masked_in_the_listing(write):
    settings = Settings.load(write("secrets: [users]\noperators: {ana: {users: [a], roles: [b]}}"))
    shown = next(setting.value for setting in settings.listing() if setting.name == "operators")
    assert (shown["ana"]["users"], shown["ana"]["roles"]) == ("***", ["b"])
    assert settings.operators is not None
    assert settings.operators["ana"].users == ("a",)


def test_settings_can_not_be_changed_behind_the_backs_of_their_readers(tmp_path):
    settings = Settings.load(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.workflow.batch_size = 3


def test_the_reference_examples_construct():
    from lexiconsole.config import BulkOperationConfig, GraphConfig

    assert BulkOperationConfig(batch_size=50, max_concurrency=10).retry_attempts == 3
    assert GraphConfig(
        enabled=True, checkpoint_enabled=True, max_iterations=50, node_timeout=30.0, total_timeout=600.0,
        parallel_branches=True, max_parallel_branches=5,
    ).max_iterations == 50  # fmt: skip


def test_the_engine_section_and_the_engines_own_terms_agree():
    """The runtime has its terms without the configuration; a default that differs would depend on how one starts."""
    from dataclasses import asdict

    from lexiconsole.app.sections import EngineSettings as Section
    from lexiconsole.app.sections import StoreLimits
    from lexiconsole.runtime.settings import EngineSettings

    terms = asdict(EngineSettings())
    section = Section().model_dump()
    assert section == {name: terms[name] for name in section}
    assert StoreLimits().max_value_bytes == terms["max_value_bytes"]


def test_on_is_a_name_and_a_yes_is_a_yes(write):
    told = "{run: [notify-send], on: [question]}"
    settings = Settings.load(
        write(f"notifications: {{command: {told}, console: {{bell: no, title: on}}}}\noperators: {{no: {{}}}}")
    )
    assert settings.notifications.command is not None
    assert settings.notifications.command.on == ("question",)
    assert (settings.notifications.console.bell, settings.notifications.console.title) == (False, True)
    assert list(settings.operators or {}) == ["no"]
