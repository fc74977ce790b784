import pytest

from training import __main__ as training
from training import title_agreement


def table(tmp_path, text, encoding="cp1252"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("original", "new", "kind"),
    [
        ("sr welder", "welder", "same name"),
        ("pipe welder", "welder", "ours is finer"),
        ("welder", "pipe welder", "ours is coarser"),
        ("florist", "welder", "another name"),
        ("food & beverage manager", "", "left as it is"),
        ("welders", "", "changed"),
    ],
)
def test_a_row_is_of_one_kind(original, new, kind):
    assert title_agreement.kind(original, new) == kind


def test_the_report_counts_every_row_in_its_half(tmp_path):
    rows = ["sr welder,welder", "pipe welder,welder", "florists,", "caf\xe9 owner,"]
    path = table(tmp_path, "\n".join(["original_job,new_job", *rows]))
    assert title_agreement.read(path)[3] == ("café owner", "")
    lines = title_agreement.report(path).splitlines()
    renamed = next(line for line in lines if line.startswith("renamed")).split()
    kept = next(line for line in lines if line.startswith("not renamed")).split()
    assert sum(map(int, renamed[1:])) == 2
    assert sum(map(int, kept[2:])) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "original_job and new_job"),
        ("original_job,new_job\n", "no rows"),
        ("", "needs"),
    ],
)
def test_a_table_that_is_none_is_one_clear_line(tmp_path, capsys, text, message):
    path = table(tmp_path, text)
    assert training.main(["titles", "--table", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert error.count("\n") == 1


def test_without_a_table_the_step_reports_the_speed_of_search(capsys):
    assert training.main(["titles"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("1000 titles, 8")
    for typed in title_agreement.TYPED:
        assert f"  {typed} " in printed
