"""The lint: each check with a file that trips it and one that does not, and what is told at which line."""

from __future__ import annotations

import textwrap

import pytest

from lexiconsole.catalog import Catalog, Severity, bundled_folder, check, check_one

HEAD = "from lexiconsole import *\nfrom lexiconsole.graph import *\n"


def found(folder, text: str, *codes: str) -> list[str]:
    """Line, code and message of the findings, of these codes only; a marker `# !` in the text stands where each must be."""
    source = HEAD + textwrap.dedent(text).lstrip("\n")
    folder.raw("flow.py", source)
    catalog = Catalog.load([folder.path])
    assert catalog.problems == (), [str(problem) for problem in catalog.problems]
    findings = [f for f in check(catalog) if f.code in codes]
    marked = [number for number, line in enumerate(source.splitlines(), 1) if "# !" in line]
    assert sorted({f.line for f in findings}) == marked, [str(f) for f in findings]
    return [f.message for f in findings]


GRAPH = """
@workflow(name="g")
def g() -> WorkflowGraph:
    "A graph."
    b = WorkflowBuilder("g")
    {0}
    return b.build()
"""


def graph(folder, lines: str, *codes: str) -> list[str]:
    body = textwrap.indent(textwrap.dedent(lines).strip(), "    ").strip()
    return found(folder, GRAPH.format(body), *codes)


# gates


def test_a_gate_that_says_only_what_follows_on_yes(folder):
    said = graph(
        folder,
        """
        b.add_gate("valid", condition=lambda s: True)  # !
        b.add_node("go")
        b.add_edge("valid", "go")
        """,
        "LX010",
    )
    assert said == ["g: the gate valid does not say what follows when its condition is false"]


def test_a_gate_whose_conditions_may_all_be_false(folder):
    said = graph(
        folder,
        """
        b.add_gate("which", routes={"a": lambda s: True, "b": lambda s: False})  # !
        b.add_node("a").add_node("b")
        """,
        "LX010",
    )
    assert "none of its conditions holds" in said[0]


def test_a_gate_that_leads_nowhere(folder):
    assert graph(folder, 'b.add_node("a").add_edge("a", "end")\nb.add_gate("end")  # !', "LX010") == [
        "g: the gate end leads nowhere"
    ]


@pytest.mark.parametrize(
    "lines",
    [
        'b.add_gate("v", condition=bool)\nb.add_node("x").add_node("y").add_edge("v", "x").add_edge("v", "y")',
        'b.add_gate("v", routes={"x": bool, "y": None})\nb.add_node("x").add_node("y")',
        'b.add_gate("v", condition=bool)\nb.add_node("x").add_edge("v", "x").set_terminal("v")',
    ],
    ids=["both sides", "an edge otherwise", "ends there on purpose"],
)
def test_a_gate_with_all_its_sides_is_fine(folder, lines):
    assert graph(folder, lines, "LX010") == []


# loops


def test_a_loop_that_nothing_leads_out_of(folder):
    said = graph(
        folder,
        """
        b.add_node("begin").add_edge("begin", "draft")
        b.add_node("draft")  # !
        b.add_node("review")
        b.add_edge("draft", "review").add_edge("review", "draft")
        """.replace('b.add_node("begin").add_edge("begin", "draft")', 'b.add_node("begin")'),
        "LX011",
    )
    assert said == ["g: nothing leads out of the loop draft → review → draft"]


@pytest.mark.parametrize(
    "lines",
    [
        (
            'b.add_node("a")\nb.add_gate("ok", condition=bool)\nb.add_node("end")\n'
            'b.add_edge("a", "ok").add_edge("ok", "end").add_edge("ok", "a")'
        ),
        'b.add_node("a").add_node("z").add_edge("a", "z").add_edge("z", "a", condition=bool).set_terminal("z")',
        'b.add_node("a").add_node("z").add_edge("a", "z")',
    ],
    ids=["a gate leads out", "it may end inside", "no loop"],
)
def test_a_loop_with_an_end_is_fine(folder, lines):
    assert graph(folder, lines, "LX011") == []


def test_a_node_is_told_of_where_its_own_definition_adds_it(folder) -> None:
    """Two graphs in one file use the same name for a node, as people do."""
    other = GRAPH.replace('"g"', '"fine"').replace("def g", "def fine").format('b.add_node("a")')
    text = other + GRAPH.format('b.add_node("a").add_edge("a", "a")  # !')
    assert found(folder, text, "LX011") == ["g: nothing leads out of the loop a → a"]


def test_a_node_that_only_leads_to_itself_is_a_loop_without_an_end(folder):
    assert graph(folder, 'b.add_node("a")  # !\nb.add_edge("a", "a", condition=bool)', "LX011") == [
        "g: nothing leads out of the loop a → a"
    ]


# people


def test_a_person_in_a_graph_without_a_due_time(folder):
    said = graph(
        folder, 'b.add_node("a")\nb.add_node(HumanNode("review", "Well?"))  # !\nb.add_edge("a", "review")', "LX012"
    )
    assert said == ["g: review waits for a person and has no due time"]


def test_a_person_with_a_due_time_is_fine(folder):
    assert graph(folder, 'b.add_node(HumanNode("review", "Well?", due=3600))', "LX012") == []


def test_a_chain_in_a_graph_needs_a_due_time_where_it_asks_people(folder):
    chain = "ApprovalChain([ApprovalLevel('boss', who=['ann']{0})])"
    text = (
        'from lexiconsole import ApprovalChain, ApprovalLevel, ApprovalNode\nb.add_node(ApprovalNode("sign", {0}))  # !'
    )
    waits = graph(folder, text.format(chain.format("")), "LX012")
    assert waits == ["g: sign waits for a person and has no due time"]
    assert graph(folder, text.format(chain.format(", due=60")).replace("# !", ""), "LX012") == []
    assert graph(folder, 'b.add_node(ApprovalNode("rule", lambda x: True))', "LX012") == []


def test_a_person_inside_a_graph_inside_a_graph(folder):
    text = """
        inner = WorkflowBuilder("inner").add_node(HumanNode("sign", "?")).build()  # !
        b.add_node(SubworkflowNode("legal", inner))
        """
    assert graph(folder, text, "LX012") == ["g: legal/sign waits for a person and has no due time"]


def test_a_question_in_a_plain_function(folder):
    text = """
        import lexiconsole as lx
        from lexiconsole import Question as Q
        @workflow
        async def f(ctx):
            "Asks."
            await ctx.ask("a", Q("Well?"))  # !
            await ctx.ask("b", lx.Question("Well?", who=("eve",)))  # !
            await ctx.ask("c", Q("Well?", due=1.0))
            await ctx.ask("c2", Q("Well?", due_in=1.0))
            await ctx.ask("d", Q("Well?", **{}))
            await ctx.ask("e", Q("Well?", None, "input", (), 2.0))
            class Question: pass
            Question()
        """
    assert len(found(folder, text, "LX012")) == 2


# compensations

SAGA = """
@workflow
class S(AbstractSaga[None]):
    "A saga."
    def __init__(self):
        super().__init__()
        {0}
    async def act(self):
        return 1
    async def undo(self):
        return 1
"""


def test_a_step_that_nothing_undoes(folder):
    text = SAGA.format('self.add_step(SagaStep("one", self.act))').replace(
        "async def act(self):", "async def act(self):  # !"
    )
    said = found(folder, text, "LX013")
    assert said == ["S: nothing undoes the step 'one'; give it a compensation, or mark it pivot=True or read_only=True"]


@pytest.mark.parametrize(
    "steps",
    [
        'self.add_step(SagaStep("one", self.act, self.undo))',
        'self.add_step(SagaStep("one", self.act, read_only=True))',
        'self.add_step(SagaStep("one", self.act, pivot=True)); self.add_step(SagaStep("two", self.act))',
        'self.add_parallel(SagaStep("one", self.act, self.undo), SagaStep("two", self.act, read_only=True))',
    ],
    ids=["compensation", "read only", "behind the pivot", "a group"],
)
def test_steps_that_say_how_they_are_undone_are_fine(folder, steps):
    assert found(folder, SAGA.format(steps), "LX013") == []


def test_the_action_of_a_marked_method_is_the_place(folder):
    text = """
        @workflow
        class S(AbstractSaga[None]):
            "A saga."
            @saga_step()  # !
            async def one(self): return 1
            @saga_step(read_only=True)
            async def two(self): return 1
        """
    assert len(found(folder, text, "LX013")) == 1


# branches that write one key


def test_two_branches_write_one_key(folder):
    said = graph(
        folder,
        """
        async def left(state): return {"score": 1, "left": True}
        async def right(state):
            if state: return {"score": 2}
            return {"score": 3, "other": 1}
        b.add_node("start")
        b.add_node("left", left)  # !
        b.add_node("right", right)
        b.add_node("end")
        b.add_edge("start", "left").add_edge("start", "right").add_edge("left", "end").add_edge("right", "end")
        """,
        "LX014",
    )
    assert said == [
        (
            "g: left and right run side by side and both write 'score'; "
            "give the graph a reducer for 'score', or let them write different keys"
        )
    ]


@pytest.mark.parametrize(
    ("nodes", "edges"),
    [
        (
            'b.add_node("l", one, output_key="x").add_node("r", one, output_key="y")',
            'b.add_edge("s", "l").add_edge("s", "r")',
        ),
        ('b.add_node("l", one).add_node("r", one).set_reducer("k", max)', 'b.add_edge("s", "l").add_edge("s", "r")'),
        (
            'b.add_node("l", one).add_node("r", one)',
            'b.add_edge("s", "l", condition=bool).add_edge("s", "r", otherwise=True)',
        ),
        ('b.add_node("l", one).add_node("r", one)', 'b.add_edge("s", "l").add_edge("l", "r")'),
        (
            'b.add_node("l", one).add_node("r").add_node("e", one)',
            'b.add_edge("s", "l").add_edge("s", "r").add_edge("l", "e").add_edge("r", "e")',
        ),
        ('b.add_node("l", one).add_node("r", some)', 'b.add_edge("s", "l").add_edge("s", "r")'),
    ],
    ids=["other keys", "a reducer", "one or the other", "one after the other", "behind the join", "not in every case"],
)
def test_branches_that_do_not_meet_at_a_key_are_fine(folder, nodes, edges):
    text = f"""
    async def one(state): return {{"k": 1}}
    async def some(state): return {{"k": 1}} if state else {{}}
    b.add_node("s")
    {nodes}
    {edges}
    """
    assert graph(folder, text, "LX014") == []


def test_lambdas_on_one_line_are_told_apart(folder):
    said = graph(
        folder,
        """
        b.add_node("s").add_node("l", lambda s: {"k": 1}).add_node("r", lambda s: {"k": 2, "m": 1})  # !
        b.add_node("t", lambda s: {"m": 3} if s else {}).add_node("u", lambda s: dict(s))
        b.add_edge("s", "l").add_edge("s", "r").add_edge("s", "t").add_edge("s", "u")
        """,
        "LX014",
    )
    assert [sentence.partition(";")[0] for sentence in said] == ["g: l and r run side by side and both write 'k'"]


# blocking calls


def test_calls_that_block_in_async_functions(folder):
    text = """
        import subprocess, sqlite3, time as clock, urllib.request, os
        from time import sleep
        import requests
        async def a():
            clock.sleep(1)  # !
            sleep(1)  # !
            requests.get("x")  # !
            subprocess.run(["x"])  # !
            with sqlite3.connect("x"): pass  # !
            urllib.request.urlopen("x")  # !
            os.system("x")  # !
            input()  # !
        class Service:
            async def fetch(self):
                return [requests.post("x") for _ in range(2)]  # !
        """
    folder.raw("requests.py", "def get(x): pass\ndef post(x): pass\n")
    folder.raw("_local.py", "")
    said = read(folder, text, "LX015")
    assert len(said) == 9
    assert said[0].startswith("a() is async and calls time.sleep(); await asyncio.sleep")


def read(folder, text: str, *codes: str) -> list[str]:
    """The same for a file that has one definition beside the text."""
    return found(folder, textwrap.dedent(text) + '\n@workflow\nasync def w(ctx):\n    "Does."\n', *codes)


def test_a_blocking_call_is_found_through_plain_functions_of_the_file(folder):
    text = """
        import time
        def deep(): time.sleep(1)
        def helper(): deep()
        class Service:
            def nap(self): time.sleep(1)
            async def work(self):
                self.nap()  # !
        async def a():
            helper()  # !
        """
    said = read(folder, text, "LX015")
    assert "work() is async and calls time.sleep() through nap()" in said[0]
    assert "a() is async and calls time.sleep() through helper(), deep()" in said[1]


@pytest.mark.parametrize(
    "text",
    [
        "import time\ndef plain(): time.sleep(1)",
        "import asyncio, time\nasync def a(): await asyncio.to_thread(time.sleep, 1)",
        "import time\nasync def a():\n    def inner(): time.sleep(1)\n    return inner",
        "import time\nasync def a(): return lambda: time.sleep(1)",
        "async def a(time): time.sleep(1)",
        "import asyncio as time\nasync def a(): await time.sleep(1)",
        "class requests:\n    get = print\nasync def a(): requests.get('x')",
        "from anyio import open_file as open\nasync def a(): await open('x')",
        "def helper():\n    helper()\nasync def a(): helper()",
    ],
    ids=["plain", "thread", "inner", "lambda", "argument", "alias", "class", "awaited", "recursion"],
)
def test_what_does_not_block_the_loop_is_fine(folder, text):
    text = text.replace("from anyio import open_file as open", "async def open(x): pass")
    assert read(folder, text, "LX015", "LX016") == []


def test_files_in_async_functions_are_a_hint(folder):
    text = """
        from pathlib import Path
        async def a():
            with open("x") as file: file.read()  # !
            Path("x").read_text()  # !
        """
    assert len(read(folder, text, "LX016")) == 2
    catalog = Catalog.load([folder.path])
    assert {f.severity for f in check(catalog) if f.code == "LX016"} == {Severity.HINT}


def test_helpers_that_a_definition_imports_are_read_too_and_told_once(folder):
    folder.raw("_net.py", "import time\nasync def wait(): time.sleep(1)\n")
    for name in ("one", "two"):
        folder.raw(f"{name}.py", HEAD + f'from _net import wait\n@workflow\nasync def {name}(ctx):\n    "…"\n')
    (finding,) = [f for f in check(Catalog.load([folder.path])) if f.code == "LX015"]
    assert (finding.file, finding.line) == (str(folder.path / "_net.py"), 2)


# attributes


LOST = """
@workflow
class S(AbstractSaga[None]):
    "A saga."
    def __init__(self):
        super().__init__()
        self.shop = object()
        self.notes = []
        self.booking = None
        self.add_step(SagaStep("book", self.book, self.cancel))
        self.add_step(SagaStep("pay", self.pay, self.refund))
    {0}
"""


def saga(folder, methods: str) -> list[str]:
    return found(folder, LOST.format(textwrap.indent(textwrap.dedent(methods).strip(), "    ").strip()), "LX017")


REST = "\nasync def cancel(self): pass\nasync def pay(self): pass\nasync def refund(self): pass\n"


def test_an_attribute_set_in_an_action_and_read_by_its_compensation(folder):
    said = saga(
        folder,
        """
        async def book(self):
            self.booking = 7  # !
        async def cancel(self):
            print(self.booking)
        async def pay(self): pass
        async def refund(self): pass
        """,
    )
    assert said[0].startswith(
        "S: the action of 'book' sets self.booking, and the compensation of 'book' reads it; after a crash"
    )


def test_set_through_a_method_and_read_through_another(folder):
    said = saga(
        folder,
        """
        def remember(self, value):
            self.booking = value  # !
        def recall(self):
            return self.booking
        async def book(self): self.remember(1)
        async def cancel(self): pass
        async def pay(self): return self.recall()
        async def refund(self): pass
        """,
    )
    assert "and the action of 'pay' reads it" in said[0]


def test_a_list_that_an_action_fills_and_the_result_is_made_of(folder):
    said = saga(
        folder, "async def book(self): self.notes.append(1)  # !\ndef conclude(self, results): return self.notes" + REST
    )
    assert "conclude() reads it" in said[0]


@pytest.mark.parametrize(
    "methods",
    [
        "async def book(self):\n    self.tries = 1\n    return self.tries",
        "async def book(self): self.shop.add(1)\ndef conclude(self, results): return self.shop",
        "async def book(self): return self.booking",
        "async def book(self): self.seen = 1",
    ],
    ids=["used where it is set", "a service", "only read", "never read"],
)
def test_attributes_that_nobody_misses_are_fine(folder, methods):
    assert saga(folder, methods + REST) == []


# as a whole


def test_the_bundled_definitions_are_clean():
    assert [str(finding) for finding in check(Catalog.load([bundled_folder()]))] == []


def test_one_definition_is_not_told_of_what_another_in_its_file_does(folder):
    folder.raw(
        "two.py",
        HEAD
        + "import time\n@workflow\nasync def good(ctx):\n    '…'\n@workflow\nasync def bad(ctx):\n    '…'\n    time.sleep(1)\n",
    )
    catalog = Catalog.load([folder.path])
    assert check_one(catalog, "good") == []
    assert [f.code for f in check_one(catalog, "bad")] == ["LX015"]


def test_a_definition_that_can_not_be_built_without_an_input_is_read_all_the_same(folder):
    text = """
        import time
        @workflow
        def p(size: int) -> Pipeline:
            "Needs a size."
            async def slow(): time.sleep(1)  # !
            return Pipeline("p", [FunctionStep("slow", slow)])
        """
    assert len(found(folder, text, "LX015")) == 1
