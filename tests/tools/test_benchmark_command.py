"""``python -m benchmarks`` as a command: what it writes, compares and refuses."""

import json
import os

import pytest

pytest.importorskip("scipy")  # for the benchmark "NumPy by hand"
from benchmarks import __main__ as command
from benchmarks import readme


def test_command_writes_json_report_and_pictures(tmp_path, capsys):
    figures, folder = tmp_path / "figures.json", tmp_path / "report"
    options = ["--only", "readme_expression", "--rounds", "1", "--quick", "--peers", "python_ref"]
    assert command.main([*options, "--json", str(figures), "--out", str(folder)]) == 0
    assert json.loads(figures.read_text())["tasks"][0]["task"] == "readme_expression"
    assert "readme_expression.png" in (folder / "report.md").read_text()
    assert (folder / "readme_expression.png").read_bytes().startswith(b"\x89PNG")
    assert "python_ref" in capsys.readouterr().out


def test_command_compares_with_earlier_figures(tmp_path, capsys):
    figures = tmp_path / "figures.json"
    options = ["--only", "readme_expression", "--rounds", "2", "--quick"]
    options += ["--peers", "micrograd_c eager"]
    command.main([*options, "--json", str(figures)])
    old = json.loads(figures.read_text())
    (row,) = old["tasks"][0]["rows"]
    seconds = row["seconds"]
    for factor, status in ((1e6, 0), (1e-6, 1)):
        row["seconds"] = [factor * s for s in seconds]
        figures.write_text(json.dumps(old))
        capsys.readouterr()
        assert command.main([*options, "--compare", str(figures)]) == status
        out = capsys.readouterr().out
        assert "new / old" in out and ("slower: readme_expression" in out) == bool(status)


@pytest.mark.parametrize(
    "arguments, text",
    [
        (["--only", "nothing"], "no workload 'nothing'; there are demo_step"),
        (["--only", "chain:abc"], "chain takes a size from 1 to 100,000,000, not 'abc'"),
        (["--only", "chain:0"], "not '0'"),
        (["--only", "chain:-5"], "not '-5'"),
        (["--only", "digits:1798"], "digits takes a size from 1 to 1,797"),
        (["--only", "growth:7"], "no workload 'growth:7'"),
        (["--peers", "nobody"], "no peer"),
        (["--rounds", "0"], "whole number from 1"),
        (["--rounds", "-1"], "whole number from 1"),
        (["--readme"], "--readme needs --out"),
        (["--json", "no/such/folder/x.json"], "cannot write 'no/such/folder/x.json'"),
        (["--out", "taken/report"], "cannot make 'taken/report'"),
        (["--compare", "absent.json"], "cannot read 'absent.json': No such file"),
        (["--compare", "taken"], "'taken' is no file that --json wrote"),
        (["--compare", "other.json"], "'other.json' is no file that --json wrote"),
    ],
)
def test_command_refuses_before_it_measures(arguments, text, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "run", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("some file")
    (tmp_path / "other.json").write_text('{"tasks": [{"rows": [{"peer": "micrograd"}]}]}')
    with pytest.raises(SystemExit) as exit:
        command.main(arguments)
    assert exit.value.code == 2
    *_, last = capsys.readouterr().err.splitlines()
    assert text in last
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.json", "taken"]


@pytest.mark.skipif(os.name == "nt", reason="no pipes and links here")
def test_writing_results_to_a_pipe_or_a_link_keeps_it(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    assert command.writable(str(tmp_path / "fifo")).is_fifo()  # without waiting for a reader
    (tmp_path / "link").symlink_to("target")
    assert command.writable(str(tmp_path / "link")).is_symlink()


def test_a_readme_that_cannot_be_updated_stops_the_command_first(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "run", None)
    monkeypatch.setattr(readme.check, "__defaults__", (tmp_path / "README.md",))
    (tmp_path / "README.md").write_text("no comments")
    with pytest.raises(SystemExit):
        command.main(["--readme", "--out", str(tmp_path / "report")])
    assert "has no" in capsys.readouterr().err
