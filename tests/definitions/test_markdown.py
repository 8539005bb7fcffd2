"""The part of Markdown that an article may use, and that nothing in a text gets out of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _markdown import page, to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>"),
        ("# Big\ntext", "<h2>Big</h2>\n<p>text</p>"),
        ("###### deep ##", "<h6>deep</h6>"),
        ("#no heading", "<p>#no heading</p>"),
        ("* a\n- b\n\nc", "<ul><li>a</li><li>b</li></ul>\n<p>c</p>"),
        ("text\n1. a\n2) b", "<p>text</p>\n<ol><li>a</li><li>b</li></ol>"),
        ("> said\n> so", "<blockquote>said so</blockquote>"),
        ("```\n<b>\n```\nx", "<pre><code>&lt;b&gt;</code></pre>\n<p>x</p>"),
        ("```\nnever ends", "<pre><code>never ends</code></pre>"),
        ("**bold** and *soft* and `*code*`", "<p><strong>bold</strong> and <em>soft</em> and <code>*code*</code></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("[here](https://a.b/c?d=1&e=2)", '<p><a href="https://a.b/c?d=1&amp;e=2">here</a></p>'),
        ("[there](other.html)", '<p><a href="other.html">there</a></p>'),
        ("[bad](javascript:alert(1))", "<p>bad)</p>"),
        ("[bad](java&#115;cript:x)", "<p>bad</p>"),
        ("a & b < c", "<p>a &amp; b &lt; c</p>"),
    ],
)
def test_blocks_and_marks(text: str, html: str) -> None:
    assert to_html(text) == html


def test_a_page_has_its_title_escaped() -> None:
    assert "<title>a &lt; b</title>" in page("a < b", "x") and "<h1>a &lt; b</h1>\n<p>x</p>" in page("a < b", "x")


@given(st.text(alphabet="ab<>&\"'`*#->[]()1. \n:/"))
def test_only_tags_of_ours_come_out(text: str) -> None:
    tags = set(re.findall(r"<(/?\w+)[^>]*>", to_html(text)))
    known = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "a"}
    assert {tag.lstrip("/") for tag in tags} <= known
    assert not re.search(r'href="[^"]*[<>]', to_html(text))
