"""A model of one answer, on 127.0.0.1, that asks a real client to run a command, so that its hook can be seen to fire.

It speaks as much of two interfaces as Claude Code and Codex need for one turn, and it is there only while a canary
flies: https://docs.anthropic.com/en/api/messages-streaming and https://platform.openai.com/docs/api-reference/responses-streaming.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

_SHELLS = ("exec_command", "shell_command", "shell")
_MOST = 16 << 20


class CanaryModel:
    """The server. `told` is what the client told the model of its command, None until it did."""

    def __init__(self, command: str) -> None:
        self.command, self.asked = command, False
        self.told: str | None = None
        model = self

        class Listener(BaseHTTPRequestHandler):
            """One request of the client."""

            def log_message(self, format: str, *args: object) -> None:
                """Write no log: standard error is the user's."""

            def do_GET(self) -> None:
                self._send(b"{}", "application/json")

            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), _MOST)
                try:
                    body: Any = json.loads(self.rfile.read(length))
                except ValueError:
                    body = {}
                asked = cast(dict[str, Any], body) if isinstance(body, dict) else {}
                form, content = model.answer(self.path.split("?")[0], asked)
                self._send(content, form)

            def _send(self, content: bytes, form: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", form)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "CanaryModel":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Give the base address to configure a client with."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str, body: dict[str, Any]) -> tuple[str, bytes]:
        """Answer one request: the command once, and then the end of the turn."""
        if path.endswith("/messages"):
            self._hear(_claude_results(body))
            events = list(_claude_events("Bash", self._next(body)))
            return _stream(events) if body.get("stream") else ("application/json", _claude_whole(self._next(body)))
        if path.endswith("/responses"):
            self._hear(_codex_results(body))
            return _stream(list(_codex_events(_shell_of(body), self._next(body))))
        return "application/json", b'{"input_tokens": 1, "data": [], "models": []}'

    def _hear(self, results: list[str]) -> None:
        if results:
            self.told = results[-1]

    def _next(self, body: dict[str, Any]) -> str | None:
        """Give the command for the first request that offers tools, and for its repetitions until it was heard of."""
        return self.command if _tools(body) and self.told is None else None


def _tools(body: dict[str, Any]) -> list[dict[str, Any]]:
    return _parts(body.get("tools"))


def _parts(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [cast(dict[str, Any], one) for one in cast(list[Any], value) if isinstance(one, dict)]


def _claude_results(body: dict[str, Any]) -> list[str]:
    parts = [part for message in _parts(body.get("messages")) for part in _parts(message.get("content"))]
    return [json.dumps(part.get("content")) for part in parts if part.get("type") == "tool_result"]


def _codex_results(body: dict[str, Any]) -> list[str]:
    outputs = (one for one in _parts(body.get("input")) if one.get("type") == "function_call_output")
    return [json.dumps(one.get("output")) for one in outputs]


def _claude_whole(command: str | None) -> bytes:
    """Give an answer that is not streamed; one with the command is always asked for as a stream."""
    content = [{"type": "text", "text": "ok"}]
    usage = {"input_tokens": 1, "output_tokens": 1}
    told = {"id": "msg_canary", "type": "message", "role": "assistant", "model": "canary", "content": content}
    return json.dumps({**told, "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}).encode()


def _claude_events(tool: str, command: str | None) -> Iterator[dict[str, Any]]:
    usage = {"input_tokens": 1, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "msg_canary",
        "type": "message",
        "role": "assistant",
        "model": "canary",
        "content": [],
    }
    yield {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}}
    if command is None:
        yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ok"}}
    else:
        block: dict[str, Any] = {"type": "tool_use", "id": "toolu_canary", "name": tool, "input": {}}
        told = json.dumps({"command": command, "description": "canary"})
        yield {"type": "content_block_start", "index": 0, "content_block": block}
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": told}}
    yield {"type": "content_block_stop", "index": 0}
    reason = "end_turn" if command is None else "tool_use"
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": 1},
    }
    yield {"type": "message_stop"}


def _shell_of(body: dict[str, Any]) -> str:
    names = [str(one.get("name")) for one in _tools(body)]
    return next((name for name in _SHELLS if name in names), _SHELLS[0])


def _codex_events(tool: str, command: str | None) -> Iterator[dict[str, Any]]:
    response: dict[str, Any] = {"id": "resp_canary", "object": "response", "model": "canary", "output": []}
    yield {"type": "response.created", "response": {**response, "status": "in_progress"}}
    if command is None:
        content: list[dict[str, Any]] = [{"type": "output_text", "text": "ok", "annotations": []}]
        item: dict[str, Any] = {"type": "message", "id": "msg_canary", "role": "assistant", "content": content}
    else:
        words = {"exec_command": {"cmd": command}, "shell": {"command": ["bash", "-lc", command]}}
        told = json.dumps(words.get(tool, {"command": command}))
        item = {"type": "function_call", "id": "fc_canary", "call_id": "call_canary", "name": tool, "arguments": told}
    item["status"] = "completed"
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    yield {
        "type": "response.completed",
        "response": {**response, "status": "completed", "output": [item], "usage": usage},
    }


def _stream(events: list[dict[str, Any]]) -> tuple[str, bytes]:
    lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "text/event-stream", "".join(lines).encode()
