import pytest

from training.processing.plain_text import one_line, plain_text


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("", ""),
        ("Plain words.", "Plain words."),
        (" much \t space\r\n\r\n\n here\r", "much space\nhere"),
        ("<p>We <b>hire</b></p><ul><li>Java<li>C++ &amp; C#</ul>", "We hire\nJava\nC++ & C#"),
        ("<li>One<li>Two<p>unclosed <b>bold", "One\nTwo\nunclosed bold"),
        ("x<br>y<BR/>z", "x\ny\nz"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("line\nbroken <i>in\nsource</i>", "line broken in source"),
        # Escaped once and twice, as sites do for JSON.
        ("&lt;p&gt;Hi&lt;/p&gt;&lt;p&gt;there&lt;/p&gt;", "Hi\nthere"),
        ("&amp;lt;p&amp;gt;R&amp;amp;amp;D&amp;lt;/p&amp;gt;", "R&D"),
        ("AT&T &nbsp; &#8226; &#x2022; &copy; &bogus;", "AT&T • • © &bogus;"),
        # What looks like a tag and is none.
        ("a < b and C<T> > d", "a < b and C<T> > d"),
        ("<p>vector<int> x; a<b</p>", "vector<int> x; a<b"),
        # What nobody sees.
        ("<script>x('<p>')</script>Hi<style>p{}</style><!-- no -->", "Hi"),
        ("<html><head><title>T</title></head><body>Body</body></html>", "Body"),
        ("zero\u200bwidth soft\u00adhyphen \ufeffmark\x00", "zerowidth softhyphen mark"),
        # Bytes that were read in the wrong encoding, once and twice.
        ("donâ€™t; naÃ¯ve rÃ©sumÃ©", "don’t; naïve résumé"),
        ("â€¢ Lead team â€“ 5", "• Lead team – 5"),
        ("ÃƒÂ©tat", "état"),
        ("Łódź, São Paulo, 東京", "Łódź, São Paulo, 東京"),
        ("cafe\u0301", "café"),
        ("half a pair \ud800", "half a pair ?"),
        ("<div>" * 5000 + "deep", "deep"),
        ("<" * 3000, "<" * 3000),
    ],
)  # fmt: skip
def test_what_a_reader_sees(raw, seen):
    assert plain_text(raw) == seen
    assert plain_text(seen) == seen


def test_a_title_is_one_line():
    assert one_line("<h1>Senior&nbsp;\n<br>Nurse</h1>") == "Senior Nurse"
