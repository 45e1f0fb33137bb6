"""Settings come from a file and the environment, and whatever is wrong names its setting."""

import socket
from pathlib import Path

import pytest

from aosedge.cloud import settings
from aosedge.cloud.listening import listen
from aosedge.cloud.settings import Settings
from aosedge.model.errors import Conflict, Invalid


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "aoscloud.toml"
    file.write_text('domain = "cloud.example.org"\napi_port = 8000\n')
    loaded = settings.load(file, {"AOSCLOUD_API_PORT": "8443", "AOSCLOUD_DATA_FOLDER": "data"})
    assert loaded.data_folder == Path("data")
    assert (loaded.domain, loaded.api_port, loaded.unit_port) == ("cloud.example.org", 8443, 9000)
    assert loaded.api_url == "https://cloud.example.org:8443"
    assert loaded.blob_base == loaded.api_url
    assert loaded.listen_host == "0.0.0.0"
    assert Settings().listen_host == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "element"),
    [
        ({"AOSCLOUD_API_PORT": "http"}, "api_port"),
        ({"AOSCLOUD_UNIT_PORT": "70000"}, "unit_port"),
        ({"AOSCLOUD_DATA_FOLDER": ""}, "data_folder"),
    ],
)
def test_a_wrong_value_names_its_setting_and_variable(environment: dict[str, str], element: str) -> None:
    with pytest.raises(Invalid) as refused:
        settings.load(None, environment)
    assert refused.value.element == element
    assert settings.variable(element) in refused.value.cure


def test_a_file_that_is_missing_or_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="none"):
        settings.load(tmp_path / "none.toml", {})
    (tmp_path / "bad.toml").write_text("domain = ")
    with pytest.raises(Invalid, match="bad"):
        settings.load(None, {"AOSCLOUD_CONFIG": str(tmp_path / "bad.toml")})
    (tmp_path / "unknown.toml").write_text("colour = 1")
    with pytest.raises(Invalid, match="colour"):
        settings.load(tmp_path / "unknown.toml", {})


def test_a_taken_port_is_named_with_the_setting_that_moves_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=str(port)) as refused:
            listen(Settings(api_port=port), "api_port")
    assert "AOSCLOUD_API_PORT" in refused.value.cure
