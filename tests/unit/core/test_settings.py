"""Settings: a file, the environment on top, and every mistake named."""

from pathlib import Path

import pytest

from aosedge.core.settings import Settings, load
from aosedge.model.errors import Invalid


def test_without_anything_the_defaults_hold() -> None:
    assert load(None, {}) == Settings(state_folder=Path("var/unit").absolute())


def test_a_relative_state_folder_is_made_absolute_wherever_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mounts and containers have working folders of their own: there it would be another one."""
    file = tmp_path / "aoscore.toml"
    file.write_text('state_folder = "units/one"\n')
    monkeypatch.chdir(tmp_path)
    assert load(file, {}).state_folder == tmp_path / "units/one"
    assert load(None, {"AOSCORE_STATE_FOLDER": "two"}).state_folder == tmp_path / "two"
    assert load(None, {}).state_folder == tmp_path / "var/unit"


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "aoscore.toml"
    file.write_text('state_folder = "/srv/unit"\nruntime = "crun"\nmax_dmips = 5\n')
    settings = load(file, {"AOSCORE_RUNTIME": "native", "AOSCORE_HEALTHY_WITHIN_S": "7", "AOSCORE_OTHER": "x"})
    assert settings == Settings(state_folder=Path("/srv/unit"), runtime="native", max_dmips=5, healthy_within_s=7)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("runtime = 'docker'", "runtime"),
        ("state_folder = 7", "state_folder"),
        ("bridg = 'x'", "bridg"),
        ("max_dmips = 'many'", "max_dmips"),
        ("= nonsense", "not TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "aoscore.toml"
    file.write_text(content)
    with pytest.raises(Invalid, match=words):
        load(file, {})


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can't read settings"):
        load(tmp_path / "nowhere.toml", {})
