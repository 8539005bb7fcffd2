"""Signatures: decisions signed with an operator's SSH key, as git signs commits, through `ssh-keygen -Y`."""

from __future__ import annotations

import asyncio
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from lexiconsole.app.config import Settings
from lexiconsole.app.signed import says_the_same
from lexiconsole.durable.audit import Audited
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Request, RunRow
from lexiconsole.durable.sealing import for_once, nonce_in, sealed_text
from lexiconsole.errors import RefusedError

__all__ = ["NAMESPACE", "Signatures"]

NAMESPACE = "lexiconsole"
"""What the signatures are for; one made for git, or for another program, is none here."""

_PATIENCE = 60.0  # seconds; somebody may have to touch a key, or to type its passphrase


class Signatures:
    """Signs and checks on the terms of the section `audit:`. Paths are relative to the workspace."""

    def __init__(self, settings: Settings, root: Path) -> None:
        self._audit, self._operators, self._root = settings.audit, settings.operators or {}, root
        self._witnessed: dict[str, Entry] = {}

    @property
    def allowed(self) -> Path | None:
        return self._place(self._audit.allowed_signers)

    def signed(self, request: Request, row: RunRow) -> Request:
        """The request with the signature of whoever it is by, which counts once; as it is when no key is configured.

        Raises RefusedError.
        """
        operator = self._operators.get(request.by)
        key = self._place((operator.signing_key if operator else None) or self._audit.signing_key)
        if key is None:
            return request
        request = replace(request, data={**request.data, "once": for_once(row)})
        done = _ssh_keygen("sign", "-f", str(key), text=sealed_text(request))
        if done.returncode:
            raise RefusedError(f"the decision can not be signed with {key}: {_last_line(done.stderr)}")
        return replace(request, data={**request.data, "signature": done.stdout})

    async def refusal(self, request: Request) -> str:
        """Why the request does not count; "" when it is signed well, or need not be."""
        signature = request.data.get("signature")
        if not signature:
            if not self._audit.require_signatures:
                return ""
            return (
                f"the decision of {request.by or 'nobody'} is not signed; audit.signing_key names the key to sign with"
            )
        if self.allowed is None:
            return ""
        return await asyncio.to_thread(self.fault, request.by, sealed_text(request), str(signature))

    def fault(self, name: str, text: str, signature: str) -> str:
        """What is wrong with a signature; "" when it is that operator's for that text."""
        import tempfile

        if self.allowed is None or not self.allowed.is_file():
            return f"there is no file of allowed signers ({self.allowed or 'audit.allowed_signers'})"
        with tempfile.NamedTemporaryFile("w", suffix=".sig", encoding="utf-8") as file:
            file.write(signature)
            file.flush()
            done = _ssh_keygen("verify", "-f", str(self.allowed), "-I", name, "-s", file.name, text=text)
        return (
            f"the signature is not one of {name}'s: {_last_line(done.stderr or done.stdout)}" if done.returncode else ""
        )

    async def witness(self, link: Audited) -> str:
        """What is wrong with the signature that a decision of the audit bears: it must be its operator's, for that decision."""
        data: Any = link.entry.data
        try:
            told = json.loads(data["signed"])
            same = says_the_same(told, link.entry)
        except (KeyError, TypeError, ValueError, AttributeError):
            return "it bears a signature, but not the text that was signed"
        if not same:
            return "what was signed is another decision"
        if link.entry.kind == "refused" or self.allowed is None:
            return ""
        if not self._is_first(link.entry):
            return "what was signed counted once already"
        return await asyncio.to_thread(self.fault, link.entry.by, data["signed"], str(data["signature"]))

    def _is_first(self, entry: Entry) -> bool:
        """Whether no other decision before it rests on the same signature; one act may lead to entries of several kinds."""
        if not (nonce := nonce_in(entry)):
            return True
        before = self._witnessed.setdefault(nonce, entry)
        return before is entry or (
            (before.run_id, before.data.get("request")) == (entry.run_id, entry.data.get("request"))
            and before.kind != entry.kind
        )

    def _place(self, path: Path | None) -> Path | None:
        return None if path is None else self._root / path.expanduser()


def _ssh_keygen(what: str, *words: str, text: str) -> subprocess.CompletedProcess[str]:
    command = ["ssh-keygen", "-Y", what, "-n", NAMESPACE, *words]
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    except FileNotFoundError:
        sentence = "ssh-keygen is not installed; install OpenSSH 8.1 or newer"
    except subprocess.TimeoutExpired:
        sentence = f"ssh-keygen did not answer within {_PATIENCE:.0f} s"
    return subprocess.CompletedProcess(command, 127, "", sentence)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "ssh-keygen gave no reason"
