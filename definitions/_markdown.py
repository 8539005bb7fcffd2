"""Markdown to HTML, as much of it as an article needs: headings, paragraphs, lists, quotes, code, emphasis and links.

Whatever stands in the text is escaped; links lead to http, https, mailto or somewhere in the same place.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

__all__ = ["page", "to_html"]

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_BULLET = re.compile(r"[-*+]\s+(.+)")
_NUMBER = re.compile(r"\d+[.)]\s+(.+)")
_QUOTE = re.compile(r">\s?(.*)")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_SAFE = re.compile(r"(https?:|mailto:|[^:]*$)", re.IGNORECASE)

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def page(title: str, text: str) -> str:
    """A whole page; the title is its first heading."""
    return _PAGE.format(title=html.escape(title), body=to_html(text))


def to_html(text: str) -> str:
    """The text's blocks, one a line."""
    return "\n".join(_blocks(text.replace("\r\n", "\n").split("\n")))


def _blocks(lines: list[str]) -> Iterator[str]:
    rest = list(reversed(lines))
    while rest:
        line = rest.pop()
        if not line.strip():
            continue
        if line.startswith("```"):
            yield f"<pre><code>{html.escape(chr(10).join(_until_fence(rest)))}</code></pre>"
        elif heading := _HEADING.match(line):
            level = min(6, len(heading[1]) + 1)  # the title is the only first one
            yield f"<h{level}>{_inline(heading[2])}</h{level}>"
        elif _BULLET.match(line):
            yield _list("ul", _run(_BULLET, line, rest))
        elif _NUMBER.match(line):
            yield _list("ol", _run(_NUMBER, line, rest))
        elif _QUOTE.match(line):
            yield f"<blockquote>{_inline(' '.join(_run(_QUOTE, line, rest)))}</blockquote>"
        else:
            yield f"<p>{_inline(' '.join([line.strip(), *_paragraph(rest)]))}</p>"


def _until_fence(rest: list[str]) -> Iterator[str]:
    while rest:
        line = rest.pop()
        if line.startswith("```"):
            return
        yield line


def _run(pattern: re.Pattern[str], first: str, rest: list[str]) -> Iterator[str]:
    """The first line and those after it that are of the same kind, without their marks."""
    rest.append(first)
    while rest and (found := pattern.match(rest[-1])):
        rest.pop()
        yield found[1]


def _paragraph(rest: list[str]) -> Iterator[str]:
    starts = (_HEADING, _BULLET, _NUMBER, _QUOTE)
    while rest and rest[-1].strip() and not rest[-1].startswith("```"):
        if any(pattern.match(rest[-1]) for pattern in starts):
            return
        yield rest.pop().strip()


def _list(tag: str, items: Iterator[str]) -> str:
    return f"<{tag}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{tag}>"


def _inline(text: str) -> str:
    """Code first: nothing inside it means anything else."""
    parts = _CODE.split(text)
    return "".join(f"<code>{html.escape(part)}</code>" if at % 2 else _marked(part) for at, part in enumerate(parts))


def _marked(text: str) -> str:
    text = html.escape(text)
    text = _LINK.sub(_link, text)
    text = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\*(?=\S)(.+?)(?<=\S)\*", r"<em>\1</em>", text)


def _link(found: re.Match[str]) -> str:
    label, target = found[1], found[2]
    return f'<a href="{target}">{label}</a>' if _SAFE.match(html.unescape(target)) else label
