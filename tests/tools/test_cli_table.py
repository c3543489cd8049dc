"""CSV files: how they are read; the error about a mistake names its row and column."""

import pytest
from cli_tools import assert_mistake

from micrograd_c.cli.csv_models.scaling import fit_scaling
from micrograd_c.cli.csv_models.table import in_order, read_table
from micrograd_c.cli.errors import CommandError

MISTAKES = {
    "text": (b"a,b,y\n1,2,p\n3,x4,q\n", "row 3, column 'b': expected a number, got 'x4'"),
    "empty cell": (b"a,b,y\n1,2,p\n,4,q\n", "row 3, column 'a': the cell is empty"),
    "empty class": (b"a,b,y\n1,2,\n3,4,q\n", "row 2, column 'y': the cell is empty"),
    "NaN": (b"a,b,y\n1,nan,p\n3,4,q\n", "row 2, column 'b': expected a finite number, got 'nan'"),
    "infinity": (b"a,b,y\n1,2,p\n-inf,4,q\n", "row 3, column 'a': expected a finite number"),
    "class NaN": (b"a,b,y\n1,2,p\n3,4,NaN\n", "row 3, column 'y': expected a class, got 'NaN'"),
    "underscore": (b"a,b,y\n1_000,2,p\n3,4,q\n", "column 'a': expected a number, got '1_000'"),
    "after a blank line": (b"a,b,y\n1,2,p\n\n3,x,q\n", "row 4, column 'b'"),
    "short row": (b"a,b,y\n1,2,p\n3,4\n", "row 3: expected 3 cells as in the header, got 2"),
    "long row": (b"a,b,y\n1,2,p\n3,4,q,\n", "row 3: expected 3 cells as in the header, got 4"),
    "one class": (b"a,b,y\n1,2,p\n3,4,p\n", "column 'y'"),
    "no header": (b"1,2,0\n3,4,1\n", "row 1: expected the names of the columns"),
    "a column twice": (b"a,a,y\n1,2,p\n3,4,q\n", "row 1: two columns have the name 'a'"),
    "a column without name": (b"a,,y\n1,2,p\n3,4,q\n", "row 1: column 2 has no name"),
    "one column": (b"y\np\nq\n", "column"),
    "only a header": (b"a,b,y\n", "has a header but no rows"),
    "empty file": (b"", "is empty"),
    "blank file": (b"\n \n", "is empty"),
    "no text": (b"\xff\xfe\x00\x01", "not a text file in UTF-8"),
    "binary": (b"a,b,y\n1,2,\x00p\n3,4,q\n", "not a text file in UTF-8"),
    "UTF-16": ("a,b,y\n1,2,p\n3,4,q\n".encode("utf-16"), "not a text file in UTF-8"),
    "UTF-16 without a mark": ("a,b,y\n1,2,p\n".encode("utf-16-le"), "not a text file in UTF-8"),
    "a huge cell": (b"a,b,y\n1,2,p\n" + b"1" * 200_000 + b",4,q\n", "field larger than"),
    "too large": (b"a,b,y\n1e308,2,p\n-1,4,q\n", "row 2, column 'a': expected a number up to"),
}


@pytest.mark.parametrize("command", ["demo", "train"])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_file_is_one_line(name, command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, expected = MISTAKES[name]
    (tmp_path / "data.csv").write_bytes(content)
    options = ["--target", "y"] if command == "train" else ["--engine", "python"]
    data = ["data.csv"] if command == "train" else ["--data", "data.csv"]
    assert_mistake(capsys, [command, *data, *options], expected)
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


def read(tmp_path, text, encoding="utf-8"):
    (tmp_path / "data.csv").write_bytes(text.encode(encoding))
    return read_table(tmp_path / "data.csv")


def test_numbers_are_read_from_columns_in_any_order(tmp_path):
    table = read(tmp_path, "a,b,name\n1, 2.5 ,x\n-3e2,+4,y\n")
    assert table.columns == ["a", "b", "name"]
    assert table.matrix(["b", "a"]) == [[2.5, 1.0], [4.0, -300.0]]
    assert table.texts("name") == ["x", "y"]


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "a\tb\n1\t2\n", "a,b\r\n1,2\r\n", "a,b\n\n1,2"])
def test_other_delimiters_and_line_ends(tmp_path, text):
    table = read(tmp_path, text)
    assert table.columns == ["a", "b"] and table.matrix(["a", "b"]) == [[1.0, 2.0]]


def test_a_byte_order_mark_and_quoted_cells(tmp_path):
    table = read(tmp_path, '"a, first",b\n"1",2\n', "utf-8-sig")
    assert table.columns == ["a, first", "b"] and table.numbers("a, first") == [1.0]


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(CommandError, match="cannot read"):
        read_table(tmp_path)


def test_a_whole_number_is_the_same_class_with_and_without_point_zero(tmp_path):
    assert read(tmp_path, "y\n1.0\n1\n0\n0.5\n").classes("y") == ["1", "1", "0", "0.5"]
    assert read(tmp_path, "y\n1.0\n1.00\n-2.0\n").classes("y") == ["1.0", "1.0", "-2.0"]


@pytest.mark.parametrize(
    "texts",
    [
        ["01", "1", "2"],
        ["01", "02", "x"],
        ["12e4", "120000", "1.2e5"],
        [str(2**53), str(2**53 + 1)],
        ["0" * 400 + "1", "1" + "0" * 400, "1e400", "2e400"],
        ["1.1", "1.10"],
        ["3", "3.0", "v3"],
        ["+1", "1", "-1"],
        ["0", "-0", "0e0"],
        ["inf", "Infinity", "1"],
        ["1_0", "10"],
        ["yes", "Yes"],
        ["\u0661", "1"],  # another alphabet's digit
        ["0x10", "16"],
    ],
)
def test_each_spelling_is_a_class_of_its_own(texts, tmp_path):
    assert read(tmp_path, "y\n" + "\n".join(texts) + "\n").classes("y") == texts
    assert len(in_order(texts)) == len(texts)
    assert in_order(texts) == in_order(texts[::-1])


def test_classes_of_a_model_are_found_in_part_of_its_file(tmp_path):
    table = read(tmp_path, "y\n01\n02\n1\n")
    assert table.classes("y", ["01", "02", "x"]) == ["01", "02", "1"]
    table = read(tmp_path, "y\n1.0\n0\n01\n2.50\nx\n")
    assert table.classes("y", ["0.0", "1", "2.5"]) == ["1", "0.0", "01", "2.50", "x"]
    assert table.classes("y", ["0.0", "1", "x"]) == ["1.0", "0", "01", "2.50", "x"]


def test_classes_are_in_the_order_of_numbers_or_of_letters():
    assert in_order(["10", "9", "10", "-1"]) == ["-1", "9", "10"]
    assert in_order(["b", "a", "10"]) == ["10", "a", "b"]


def test_standardised_columns_have_mean_0_and_deviation_1():
    np = pytest.importorskip("numpy")
    X = [[1.0, 5.0, 0.1], [2.0, 5.0, 0.1], [6.0, 5.0, 0.1]]
    scaled = np.array(fit_scaling(X).apply(X))
    assert scaled[:, 0].mean() == pytest.approx(0.0, abs=1e-15)
    assert scaled[:, 0].std() == pytest.approx(1.0)
    assert abs(scaled[:, 1:]).max() < 1e-15  # constant columns become 0, not rounding noise
