"""What a new colleague finds: an account, papers to sign, a letter, a date in the calendar. Each can be made twice."""

from __future__ import annotations

import os
import re
import sqlite3
import unicodedata
from contextlib import closing
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

from pydantic import BaseModel

_TABLE = """
CREATE TABLE IF NOT EXISTS accounts (
  login TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, team TEXT NOT NULL, starts TEXT NOT NULL
)
"""


class Account(BaseModel):
    """How somebody is known to the machines."""

    login: str
    address: str


def open_account(path: Path, key: str, name: str, team: str, starts: date, domain: str) -> Account:
    """A login made of the name, with a number behind it where somebody has it already; under one key always the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
        db.execute(_TABLE)
        db.execute("BEGIN IMMEDIATE")
        row = db.execute("SELECT login FROM accounts WHERE key = ?", (key,)).fetchone()
        login = row[0] if row else _free(db, login_of(name))
        if not row:
            db.execute("INSERT INTO accounts VALUES (?, ?, ?, ?, ?)", (login, key, name, team, starts.isoformat()))
        db.execute("COMMIT")
    return Account(login=login, address=f"{login}@{domain}")


def login_of(name: str) -> str:
    """`Zoë von Ende` is `zoe.von.ende`; a name without any letter that a login may have is `user`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(re.findall(r"[a-z0-9]+", plain))[:40].strip(".") or "user"


def _free(db: sqlite3.Connection, wanted: str) -> str:
    login, number = wanted, 1
    while db.execute("SELECT 1 FROM accounts WHERE login = ?", (login,)).fetchone():
        number += 1
        login = f"{wanted}{number}"
    return login


def letter(account: Account, name: str, subject: str, text: str, attached: Path) -> bytes:
    """A mail with the papers, as a file that any mail program opens."""
    mail = EmailMessage()
    mail["To"], mail["Subject"] = account.address, subject
    mail.set_content(f"Dear {name},\n\n{text}\n")
    mail.add_attachment(attached.read_text("utf-8"), subtype="markdown", filename=attached.name)
    mail.set_boundary(f"=={account.login}==")  # not a random one: made again, it is the same letter
    return mail.as_bytes()


def appointment(uid: str, day: date, title: str) -> bytes:
    """A whole day in the calendar, as iCalendar."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//lexiconsole//onboarding//EN",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{day:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", r"\n")


def _folded(line: str) -> bytes:
    """At most 75 bytes a line, as the format asks; what follows begins with a space."""
    rows = [""]
    for sign in line:
        if len((rows[-1] + sign).encode()) > 75:
            rows.append(" ")
        rows[-1] += sign
    return "\r\n".join(rows).encode() + b"\r\n"


def put(path: Path, data: bytes) -> Path:
    """The whole file or none of it, however the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)
    return path
