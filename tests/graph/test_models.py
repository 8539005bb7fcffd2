"""Real client libraries: an OpenAI-compatible endpoint on this machine, and pydantic-ai's own test model."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from lexiconsole.contracts import AgentProtocol, ChatCompletionProtocol, ChatMessage, ChatReply
from lexiconsole.errors import DefinitionError
from lexiconsole.graph import AgentNode, LLMNode, ModelError, ToolNode, WorkflowBuilder, WorkflowEngine
from lexiconsole.graph.openai_chat import OpenAIChat, configured_chat
from lexiconsole.graph.pydantic_agent import PydanticAgent
from lexiconsole.result import Err
from lexiconsole.types import RunStatus
from tests.graph.making import defined
from tests.support import house

KEY = "sk-very-secret-0123456789"


class Endpoint:
    """Answers chat completions. `says` is what it says next; a number is the status of a refusal that quotes the key, bytes
    are sent as they are.
    """

    def __init__(self, *says: str | int | bytes) -> None:
        self.says, self.asked = list(says), []  # type: ignore[var-annotated]
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.splitlines()[1:])}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.asked.append((head.split()[1], headers.get("authorization", ""), body))
        said = self.says.pop(0)
        status, reply = 200, {
            "id": "1", "object": "chat.completion", "created": 1, "model": "tiny-1",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        }  # fmt: skip
        if isinstance(said, int):
            status, reply = (
                said,
                {"error": {"message": f"refused: {headers['authorization']}", "type": "no", "code": "no"}},
            )
        data = said if isinstance(said, bytes) else json.dumps(reply).encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {len(data)}\r\n\r\n".encode()
            + data
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def endpoint(*says: str | int | bytes) -> AsyncIterator[Endpoint]:
    made = Endpoint(*says)
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


class Colour(BaseModel):
    name: str


class TestOpenAI:
    @pytest.fixture(autouse=True)
    def _package(self) -> None:
        pytest.importorskip("openai", reason="the extra lexiconsole[models] is not installed")

    async def test_a_question_and_its_answer(self) -> None:
        async with endpoint("hello") as there:
            chat = OpenAIChat("tiny", base_url=there.url, api_key=KEY)
            reply = await chat.complete([ChatMessage("user", "hi")], temperature=0.5, max_tokens=9)
            assert reply == ChatReply("hello", "tiny-1", 7, 3)
            assert isinstance(chat, ChatCompletionProtocol) and KEY not in repr(chat) + str(vars(chat))
            [(path, authorization, body)] = there.asked
            assert path == "/v1/chat/completions" and authorization == f"Bearer {KEY}"
            assert body == {
                "model": "tiny",
                "messages": [{"role": "user", "content": "hi"}],
                "temperature": 0.5,
                "max_tokens": 9,
            }

    async def test_a_typed_answer_asks_for_its_schema(self) -> None:
        async with endpoint('{"name": "red"}') as there:
            node = LLMNode("l", OpenAIChat("tiny", base_url=there.url), "which?", output_type=Colour, output_key="c")
            result = await WorkflowEngine(WorkflowBuilder().add_node(node)).execute({})
            assert result.unwrap().final_state == {"c": Colour(name="red")}
            form = there.asked[0][2]["response_format"]
            assert form["type"] == "json_schema" and form["json_schema"]["schema"] == Colour.model_json_schema()

    async def test_no_answer_is_an_error_without_the_key(self) -> None:
        async with endpoint(401, "") as there:
            chat = OpenAIChat("tiny", base_url=there.url, api_key=KEY)
            with pytest.raises(ModelError, match=r"tiny: .*refused: Bearer \*{10}") as raised:
                await chat.complete([ChatMessage("user", "hi")])
            assert KEY not in str(raised.value)
            with pytest.raises(ModelError, match="tiny gave no text"):
                await chat.complete([ChatMessage("user", "hi")])

    async def test_nobody_there_is_an_error(self) -> None:
        with pytest.raises(ModelError, match="Connection error"):
            await OpenAIChat("tiny", base_url="http://127.0.0.1:9/v1").complete([ChatMessage("user", "hi")])

    async def test_how_often_it_is_tried_is_the_nodes_to_say(self) -> None:
        async with endpoint(500, 429, "there") as there:
            node = LLMNode("l", OpenAIChat("tiny", base_url=there.url), "?", max_retries=3, retry_delay=0)
            assert (await WorkflowEngine(WorkflowBuilder().add_node(node)).execute({})).is_ok()
            assert len(there.asked) == 3

    async def test_the_key_never_reaches_the_journal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with endpoint(401, 401) as there, house() as h:
            monkeypatch.setenv("OPENAI_API_KEY", KEY)
            monkeypatch.setenv("OPENAI_BASE_URL", there.url)
            monkeypatch.setenv("OPENAI_MODEL", "tiny")
            builder = WorkflowBuilder().add_node(LLMNode("l", configured_chat, "?", max_retries=2, retry_delay=0))
            row = await h.run(defined(lambda: builder))
            assert row.status is RunStatus.FAILED and [asked[1] for asked in there.asked] == [f"Bearer {KEY}"] * 2
            told = "\n".join(str(entry) for entry in await h.entries(row))
            assert "refused" in told and KEY not in told

    def test_what_the_environment_configures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OPENAI_MODEL", raising=False)
        assert configured_chat() is None
        monkeypatch.setenv("OPENAI_MODEL", "tiny")
        found = configured_chat()
        assert found is not None and found.model == "tiny"


class TestPydanticAI:
    @pytest.fixture(autouse=True)
    def _package(self) -> None:
        pytest.importorskip("pydantic_ai", reason="the extra lexiconsole[models] is not installed")

    async def test_an_agent_in_a_graph(self) -> None:
        from pydantic_ai import Agent
        from pydantic_ai.models.test import TestModel

        agent = PydanticAgent(Agent(TestModel(custom_output_text="done"), output_type=str))
        assert isinstance(agent, AgentProtocol)
        node = AgentNode("a", agent, output_key="text")
        result = await WorkflowEngine(WorkflowBuilder().add_node(node)).execute({"input": {"any": "thing"}})
        assert result.unwrap().final_state["text"] == "done"

    async def test_its_typed_output_comes_back_from_the_journal(self) -> None:
        from pydantic_ai import Agent
        from pydantic_ai.models.test import TestModel

        seen: list[Any] = []
        agent = PydanticAgent(Agent(TestModel(custom_output_args={"name": "red"}), output_type=Colour))
        builder = WorkflowBuilder(state={"input": "which?"}).add_node(AgentNode("a", agent, output_key="colour"))
        builder.add_node("look", lambda s: seen.append(s["colour"])).add_edge("a", "look")
        async with house() as h:
            row = await h.run(defined(lambda: builder))
            assert row.status is RunStatus.COMPLETED and seen == [Colour(name="red")]

    @pytest.mark.parametrize("kind", ["list", "several", "marked", "function"])
    async def test_every_kind_of_output_type_comes_back_from_the_journal(self, kind: str) -> None:
        from pydantic_ai import Agent, TextOutput, ToolOutput
        from pydantic_ai.models.test import TestModel

        def length(text: str) -> complex:
            return complex(len(text))

        output: Any = {
            "list": list[Colour],
            "several": [Colour, bool],
            "marked": ToolOutput(Colour),
            "function": TextOutput(length),
        }
        seen: list[Any] = []
        model = TestModel(custom_output_text="red" if kind == "function" else None)
        node = AgentNode("a", PydanticAgent(Agent(model, output_type=output[kind])), output_key="o")
        builder = WorkflowBuilder(state={"input": "x"}).add_node(node).add_node("look", lambda s: seen.append(s["o"]))
        builder.add_edge("a", "look")
        async with house() as h:
            assert (await h.run(defined(lambda: builder))).status is RunStatus.COMPLETED
        a = Colour(name="a")
        assert seen == {"list": [[a]], "several": [a], "marked": [a], "function": [complex(3)]}[kind]

    @pytest.mark.parametrize("ended", ["length", "content_filter"])
    async def test_half_an_answer_is_none(self, ended: Any) -> None:
        """pydantic-ai itself takes text that was cut off for the output."""
        from pydantic_ai import Agent
        from pydantic_ai.messages import ModelResponse, TextPart
        from pydantic_ai.models.function import FunctionModel

        def halves(messages: Any, info: Any) -> Any:
            return ModelResponse(parts=[TextPart("Pay 1")], finish_reason=ended)

        node = AgentNode("a", PydanticAgent(Agent(FunctionModel(halves))))
        error = (await WorkflowEngine(WorkflowBuilder().add_node(node)).execute({"input": "x"})).unwrap_err()
        assert error.cause.type == "ModelError" and f"finish_reason {ended}" in str(error)

    async def test_limits_are_handed_on_and_what_is_no_agent_is_refused(self) -> None:
        from pydantic_ai import Agent
        from pydantic_ai.models.test import TestModel
        from pydantic_ai.usage import UsageLimits

        agent = PydanticAgent(Agent(TestModel()), usage_limits=UsageLimits(request_limit=0))
        with pytest.raises(ModelError, match="request_limit"):
            await agent.run("x")
        with pytest.raises(DefinitionError, match="takes an agent of pydantic-ai, not 'gpt'"):
            PydanticAgent("gpt")

    async def test_its_failure_fails_the_node_without_secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from pydantic_ai import Agent
        from pydantic_ai.exceptions import UnexpectedModelBehavior
        from pydantic_ai.models.function import FunctionModel

        def refuse(messages: Any, info: Any) -> Any:
            raise UnexpectedModelBehavior(f"key {KEY} refused")

        monkeypatch.setenv("SOME_API_KEY", KEY)
        builder = WorkflowBuilder(state={"input": "x"}).add_node(
            AgentNode("a", PydanticAgent(Agent(FunctionModel(refuse))))
        )
        error = (await WorkflowEngine(builder).execute({})).unwrap_err()
        assert error.cause.type == "ModelError" and "key ********** refused" in str(error)


class TestSecrets:
    """Whatever comes of a model that is asked, its key is in no entry."""

    @pytest.mark.parametrize("says", ["blue", 401], ids=["answered", "refused"])
    async def test_the_key_is_not_in_the_journal(self, says: str | int) -> None:
        pytest.importorskip("openai")
        async with endpoint(says) as server, house() as h:
            chat = OpenAIChat("tiny", base_url=server.url, api_key=KEY)
            node = LLMNode("ask", chat, prompt="which colour?", output_key="colour")
            row = await h.run(defined(lambda: WorkflowBuilder(state={}).add_node(node)))
            assert row.status is (RunStatus.COMPLETED if says == "blue" else RunStatus.FAILED)
            assert server.asked[0][1] == f"Bearer {KEY}"
            kept = "".join(str(entry.data) for entry in await h.entries(row)) + str(row)
            assert KEY not in kept and ("blue" if says == "blue" else "refused") in kept

    @pytest.mark.parametrize("how", ["raises", "raises oddly", "gives Err", "is async", "is given it"])
    async def test_a_tool_that_quotes_a_key_does_not_tell_it(self, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PAYMENT_API_KEY", KEY)
        if how == "is given it":
            monkeypatch.delenv("PAYMENT_API_KEY")

        class OddError(Exception):
            def __str__(self) -> str:
                return f"odd {KEY}"

        def tool(input: Any) -> Any:
            if how == "gives Err":
                return Err(f"refused: {KEY}")
            try:
                raise ConnectionError(f"Bearer {KEY}")
            except ConnectionError as cause:
                raise (OddError() if how == "raises oddly" else ValueError(f"refused: {KEY}")) from cause

        async def later(input: Any) -> Any:
            return tool(input)

        given = {"token": SecretStr(KEY)}
        node = ToolNode("pay", later if how == "is async" else tool)
        error = (await WorkflowBuilder().add_node(node).build().execute({"input": given})).unwrap_err()
        assert KEY not in "".join(traceback.format_exception(error.cause)) and "**********" in str(error)
        if how != "is given it":  # the journal masks a SecretStr at once
            async with house() as h:
                row = await h.run(defined(lambda: WorkflowBuilder(state={"input": 1}).add_node(node)))
                kept = "".join(str(entry.data) for entry in await h.entries(row))
                assert row.status is RunStatus.FAILED and KEY not in kept and "**********" in kept


def completion(*, ended: str = "stop", **message: Any) -> bytes:
    choices = [{"index": 0, "finish_reason": ended, "message": message}]
    return json.dumps({"id": "1", "model": "m", "choices": choices}).encode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"<html>", "JSONDecodeError"),
        (b"[1]", "no chat completion"),
        (b"null", "no chat completion"),
        (b'"hi"', "no chat completion"),
        (b"{}", "gave no text"),
        (b'{"choices": [7]}', "no chat completion"),
        (b'{"choices": [{}]}', "gave no text"),
        (completion(content=["x"]), "gave no text"),
        (completion(content=None, refusal="I can not help"), "refused: I can not help"),
        (completion(content="Pay 1", ended="length"), "stopped before the end of its answer; raise max_tokens"),
        (completion(content="Pay 1", ended="content_filter"), "content filter"),
        (429, "429"),
        (500, "500"),
    ],
)
async def test_whatever_an_endpoint_sends_instead_of_an_answer_fails_the_node_in_words(
    sent: bytes | int, said: str
) -> None:
    """A proxy's page, another API, a refusal: none is a text, and none comes out as an error of ours."""
    async with endpoint(sent) as there:
        node = LLMNode("ask", OpenAIChat("m", base_url=there.url, api_key=KEY), "x", output_key="o")
        cause = (await WorkflowBuilder().add_node(node).build().execute({})).unwrap_err().cause
    assert cause.type == "ModelError" and cause.message.startswith("m") and said in cause.message
    assert KEY not in cause.message


@pytest.mark.parametrize("gives", [None, "text", 7, {"text": "x"}, ChatReply(None)])  # type: ignore[arg-type]
async def test_a_model_that_breaks_its_protocol_is_told(gives: Any) -> None:
    class Odd:
        async def complete(self, messages: Any, **terms: Any) -> Any:
            return gives

    for kind in (str, int):
        node = LLMNode("ask", Odd(), "x", output_type=kind)
        error = (await WorkflowBuilder().add_node(node).build().execute({})).unwrap_err()
        assert "ModelError: Odd.complete gave" in str(error) and "it gives a ChatReply" in str(error)
    with pytest.raises(DefinitionError, match="the model, if it has no"):
        WorkflowBuilder().add_node(LLMNode("ask", "gpt", "x")).build()  # type: ignore[arg-type]
    named = LLMNode("ask", lambda: "gpt", "x")  # type: ignore[arg-type, return-value]
    assert "gave str, which has no complete()" in str(
        (await WorkflowBuilder().add_node(named).build().execute({})).unwrap_err()
    )
