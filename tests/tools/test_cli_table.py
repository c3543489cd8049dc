"""CSV files: how they are read; the error about a mistake names its row and column."""

import gzip
import io
import sys

import pytest
from cli_tools import assert_mistake

from micrograd_c.cli.csv_models.cells import as_boolean, as_number, in_order, is_date, is_missing
from micrograd_c.cli.csv_models.read_csv import read_table
from micrograd_c.cli.csv_models.scaling import fit_scaling
from micrograd_c.cli.errors import CommandError

pytest.importorskip("pandas")
pytest.importorskip("sklearn")

MISTAKES = {
    "text": (b"a,b,y\n1,2,p\n5,6,p\n3,x4,q\n", "row 4, column 'b': expected a number, got 'x4'"),
    "infinity": (b"a,b,y\n1,2,p\n-inf,4,q\n", "row 3, column 'a': expected a finite number"),
    "underscore": (b"a,b,y\n1_000,2,p\n3,4,q\n5,6,p\n", "column 'a': expected a number, got '1_0"),
    "after a blank line": (b"a,b,y\n1,2,p\n\n5,6,p\n3,x,q\n", "row 5, column 'b'"),
    "before the header": (b"\n\na,b,y\n1,2,p\n5,6,p\n3,x,q\n", "row 6, column 'b'"),
    "short row": (b"a,b,y\n1,2,p\n3,4\n", "row 3: expected 3 cells as in the header, got 2"),
    "long row": (b"a,b,y\n1,2,p\n3,4,q,\n", "row 3: expected 3 cells as in the header, got 4"),
    "long rows": (b"a,b,y\n9,1,2,p\n8,3,4,q\n", "row 2: expected 3 cells as in the header, got 4"),
    "one class": (b"a,b,y\n1,2,p\n3,4,p\n", "column 'y'"),
    "no header": (b"1,2,0\n3,4,1\n", "row 1: expected the names of the columns"),
    "a column twice": (b"a,a,y\n1,2,p\n3,4,q\n", "row 1: two columns have the name 'a'"),
    "a column without name": (b"a,,y\n1,2,p\n3,4,q\n", "row 1: column 2 has no name"),
    "one column": (b"y\np\nq\n", "column"),
    "an empty column": (b"a,b,y\n,2,p\n,4,q\n", "empty"),
    "empty classes": (b"a,b,y\n1,2,\n3,4,NaN\n", "empty"),
    "only a header": (b"a,b,y\n", "has a header but no rows"),
    "empty file": (b"", "is empty"),
    "blank file": (b"\n \n", "is empty"),
    "no text": (b"\xff\xfe\x00\x01", "not a text file in UTF-8"),
    "binary": (b"a,b,y\n1,2,\x00p\n3,4,q\n", "not a text file in UTF-8"),
    "UTF-16": ("a,b,y\n1,2,p\n".encode("utf-16"), "such as --encoding utf-16"),
    "UTF-16 without a mark": ("a,b,y\n1,2,p\n".encode("utf-16-le"), "such as --encoding utf-16-le"),
    "Latin-1": ("a,b,y\n1,2,\xe9\n".encode("latin-1"), "such as --encoding cp1252"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(99), "a spreadsheet: save it as CSV"),
    "half a gzip file": (gzip.compress(b"a,b,y\n1,2,p\n" * 99)[:30], "damaged gzip file"),
    "an open quote": (b'a,b,y\n"1,2,p\n3,4,q\n', "the quote is not closed"),
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


def read(tmp_path, text, encoding="utf-8", **options):
    (tmp_path / "data.csv").write_bytes(text.encode(encoding))
    return read_table(tmp_path / "data.csv", **options)


def test_numbers_and_texts_of_a_column(tmp_path):
    table = read(tmp_path, "a,b,name\n1, 2.5 ,x\n-3e2,+4,y\n")
    assert table.columns == ["a", "b", "name"] and table.rows == [2, 3]
    assert table.numbers("b") == [2.5, 4.0] and table.numbers("a") == [1.0, -300.0]
    assert table.texts("name") == ["x", "y"]


TWO_BY_ONE = [
    "a;b\n1;2\n",
    "a\tb\n1\t2\n",
    "a|b\n1|2",
    "a,b\r\n1,2\r\n",
    "a,b\r1,2\r",
    "a,b\n\n1,2",
    "\n \na,b\n1,2",
    "'a' 'b'\n1 2 \n",
    " a   b \n 1  2\n",
    ",a,b\n0,1,2\n",  # pandas and R write an index so
    "Unnamed: 0,a,b\n0,1,2\n",
    "a,b,\n1,2,\n",
]


@pytest.mark.parametrize("text", TWO_BY_ONE)
def test_separators_line_ends_and_columns_without_a_name(tmp_path, text):
    table = read(tmp_path, text)
    assert table.columns == ["a", "b"]
    assert table.numbers("a") == [1.0] and table.numbers("b") == [2.0]


@pytest.mark.parametrize(
    "text, remark",
    [
        ("a;b\n1;2\n", "The cells are separated by semicolons"),
        ("a b\n1 2\n", "The cells are separated by blanks"),
        (",a\n0,1\n", "The first column has no name: it is taken for an index and left out"),
        ("a,\n1,\n", "Column 2 has no name and is empty: it is left out"),
    ],
)
def test_what_the_reader_assumes_is_said(tmp_path, text, remark):
    assert read(tmp_path, text).remarks == [remark]
    assert read(tmp_path, "a,b\n1,2\n").remarks == []


def test_a_given_separator_is_taken(tmp_path):
    assert read(tmp_path, "a,b;c\n1,2;3\n").columns == ["a", "b;c"]
    assert read(tmp_path, "a,b;c\n1,2;3\n", sep=";").columns == ["a,b", "c"]
    assert read(tmp_path, "a b\n1\n").columns == ["a b"]  # no cells separated by blanks
    assert read(tmp_path, '"a b"\tc\n1\t2\n').columns == ["a b", "c"]


def test_quoted_cells_and_byte_order_marks(tmp_path):
    table = read(tmp_path, '"a, first",b\n"1","x ""y"", z"\n2,"p\nq"\n', "utf-8-sig")
    assert table.columns == ["a, first", "b"] and table.numbers("a, first") == [1.0, 2.0]
    assert table.texts("b") == ['x "y", z', "p\nq"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "latin-1", "utf-8-sig"])
def test_encodings(tmp_path, encoding):
    (tmp_path / "data.csv").write_bytes("ä,b\n1,ß\n".encode(encoding))
    table = read_table(tmp_path / "data.csv", encoding=encoding)
    assert table.columns == ["ä", "b"] and table.texts("b") == ["ß"]
    with pytest.raises(CommandError, match="data.csv: not a text file in ascii"):
        read_table(tmp_path / "data.csv", encoding="ascii")


def test_gzip_whatever_the_name(tmp_path, monkeypatch):
    content = gzip.compress(b"a,b\n1,2\n")
    for name in ("data.csv.gz", "data"):
        (tmp_path / name).write_bytes(content)
        assert read_table(tmp_path / name).numbers("b") == [2.0]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert read_table("-").numbers("b") == [2.0]


def test_decimal_commas(tmp_path):
    table = read(tmp_path, "a;b\n1,5;2\n-,25;3.5\n", decimal=",")
    assert table.numbers("a") == [1.5, -0.25] and table.numbers("b") == [2.0, 3.5]
    assert as_number("1,5") is None and as_number("1,000,5", ",") is None


def test_what_cells_mean():
    for text in ("", "NA", "N/A", "nan", "NaN", "-nan", "null", "<NA>"):
        assert is_missing(text)
    for text in ("None", "n", "0", "-", "?", "nano"):
        assert not is_missing(text)
        assert is_missing(text, [text])
    assert [as_boolean(x) for x in ("True", "no", "1", "0.0", "Y")] == [1.0, 0.0, 1.0, 0.0, 1.0]
    assert as_boolean("2") is as_boolean("maybe") is None
    for text in ("2012-01-31", "2012/1/3 12:30", "2012-01-31T12:30:59Z", "31.1.2012", "1/31/12",
                 "2012-01", "31 Jan 2012", "Jan 31, 2012", "12:30", "9:05 pm"):  # fmt: skip
        assert is_date(text), text
    for text in ("2012", "1.5", "A-1", "1-2", "May", "a 2012", "1:2", "12:30 h", "S. E."):
        assert not is_date(text), text


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
