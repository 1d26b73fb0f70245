"""Mails in HTML: what their reader sees, from any markup, soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.inbox.html_mail import html_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Pay <b>40</b>\n euros</p><p>Now&nbsp;&amp; here</p>", "Pay 40 euros\n\nNow & here"),
        ("<html><head><title>T</title><style>p {}</style></head><body>Hi<br>Bob</body></html>", "Hi\nBob"),
        ("<head>never closed<body>Hi", "Hi"),
        ("<script>if (a < b) run()</script>after", "after"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("Yes.<blockquote><p>Shall we?</p></blockquote>No.", "Yes.\n\n> Shall we?\n\nNo."),
        ("a < b and c > d", "a < b and c > d"),
        ("<a title='1 > 0' href=\"x\">link</a> it's", "link it's"),
        ("<!-- no --><![CDATA[no]]>text &#x1F600; &unknown;", "text 😀 &unknown;"),
        ("", ""),
    ],
)
def test_the_text_of_markup(markup, text):
    assert html_text(markup) == text


@pytest.mark.parametrize(
    "piece", ["<div>", "<", "<a ", "<!--", "<blockquote>", "&", "</p>", "<![", "<p title='", "<script>"]
)
def test_hostile_markup_ends_soon(piece):
    started = time.process_time()
    html_text(piece * 100_000)
    assert time.process_time() - started < 5


PIECES = (
    "<p>",
    "</p>",
    "<br",
    "<pre>",
    "<!--",
    "-->",
    "<![",
    "]]>",
    "&amp;",
    "&#",
    "<script>",
    "</script>",
    "'",
    '"',
    ">",
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=5), st.sampled_from(PIECES)), max_size=30).map("".join))
def test_any_markup_is_read(markup):
    assert isinstance(html_text(markup), str)
