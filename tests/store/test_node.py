# SPDX-License-Identifier: Apache-2.0
"""Making and opening a node: one folder, whole or not there, its key kept close."""

import os
import stat
import subprocess
import sys
import tomllib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from comity.bootstrap import settings
from comity.bootstrap.node import Node, default_folder
from comity.evidence.note import Verifier
from comity.values.errors import BadData, InputOutput, WrongUse


@pytest.fixture
def node(fast_path):
    return Node.create(fast_path / "node", "gb", environ={}, entropy=lambda n: bytes(n))


def test_a_new_node_has_settings_keys_and_an_empty_vault(node):
    names = sorted(p.relative_to(node.folder).as_posix() for p in node.folder.rglob("*"))
    assert names == ["comity.toml", "index", "keys", "keys/node.key", "keys/node.pub", "vault"]
    assert node.settings.country == "GB"
    assert node.settings.origin.startswith("comity/gb/")
    public = (node.folder / "keys" / "node.pub").read_text().strip()
    assert Verifier.read(public) == node.verifier


def test_nobody_else_may_read_the_key(node):
    assert stat.S_IMODE((node.folder / "keys" / "node.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((node.folder / "keys").stat().st_mode) == 0o700


def test_a_node_is_not_made_twice(node):
    key = (node.folder / "keys" / "node.key").read_bytes()
    with pytest.raises(WrongUse, match="there is a node in"):
        Node.create(node.folder, "KR", environ={})
    assert (node.folder / "keys" / "node.key").read_bytes() == key


def test_a_making_that_was_cut_off_can_be_repeated(fast_path):
    class Gone(Exception):
        pass

    def entropy(count):
        raise Gone

    with pytest.raises(Gone):
        Node.create(fast_path / "n", "GB", environ={}, entropy=entropy)
    with pytest.raises(WrongUse, match="there is no node"):
        Node.open(fast_path / "n", environ={})
    assert Node.create(fast_path / "n", "GB", environ={}).archive.size() == 0


def test_where_there_is_no_node_the_error_says_how_to_make_one(fast_path):
    with pytest.raises(WrongUse) as refusal:
        Node.open(fast_path, environ={})
    assert refusal.value.exit_code == 2
    assert "comity init --country GB" in refusal.value.advice


def test_no_such_country(fast_path):
    with pytest.raises(WrongUse, match="ISO 3166-1"):
        Node.create(fast_path / "n", "XX", environ={})
    assert not (fast_path / "n").exists()


def test_a_place_where_nothing_can_be_made(fast_path):
    (fast_path / "file").write_text("")
    with pytest.raises(InputOutput, match="making a node"):
        Node.create(fast_path / "file" / "n", "GB", environ={})


def test_settings_read_what_they_print(node):
    text = (node.folder / "comity.toml").read_text()
    assert node.settings.print() == text
    assert tomllib.loads(text)["country"] == "GB"
    assert settings.read(node.folder, {}) == node.settings


def test_the_environment_overrides_the_file(node):
    environ = {"COMITY_DATABASE_URL": "postgresql://db/x", "COMITY_VAULT_SEGMENT_BYTES": "70000"}
    found = settings.read(node.folder, environ)
    assert (found.database_url, found.segment_bytes) == ("postgresql://db/x", 70_000)


def test_the_environment_overrides_how_mail_is_read(node):
    environ = {
        "COMITY_TRUST": "/t.json",
        "COMITY_TRUSTED_RELAYS": "192.0.2.0/24, mx.example.org",
        "COMITY_GEO": "/a.mmdb:/b.mmdb",
        "COMITY_ADDRESS_POLICY": "demo",
    }
    reading = Node.open(node.folder, environ=environ).settings.reading
    assert reading.trust == "/t.json"
    assert reading.trusted_relays == ("192.0.2.0/24", "mx.example.org")
    assert reading.geo == ("/a.mmdb", "/b.mmdb")
    assert reading.address_policy == "demo"


def test_a_bare_word_where_a_list_belongs_is_named(node):
    path = node.folder / "comity.toml"
    path.write_text(path.read_text("utf-8").replace("geo = []", 'geo = "/a.mmdb"'), "utf-8")
    with pytest.raises(BadData, match="geo to be a list"):
        Node.open(node.folder, environ={})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", "version = 2"),
        ('"GB"', '"XX"'),
        ("[vault]", "[vault"),
        ("segment_bytes = ", "segment_bytes = 1 #"),
        ("segment_bytes = ", 'segment_bytes = "many" #'),
        ("[database]\n", "database = 3\n[other]\n"),
        ("country", "land"),
        ('origin = "', 'origin = "a b'),
    ],
)
def test_settings_that_cannot_be_used_are_named(node, old, new):
    path = node.folder / "comity.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(BadData, match=r"comity\.toml: ") as refusal:
        Node.open(node.folder, environ={})
    assert refusal.value.exit_code == 65


def test_a_key_that_is_missing_or_no_key_is_said_so(node):
    path = node.folder / "keys" / "node.key"
    path.write_bytes(b"nonsense")
    with pytest.raises(BadData, match="no private key"):
        Node.open(node.folder, environ={})
    other = Ed448PrivateKey.generate()
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(BadData, match="no Ed25519 key"):
        Node.open(node.folder, environ={})
    path.unlink()
    with pytest.raises(InputOutput, match="No such file"):
        Node.open(node.folder, environ={})


def test_the_folder_comes_from_the_environment_or_the_platform(tmp_path):
    assert default_folder({"COMITY_HOME": str(tmp_path)}) == tmp_path
    assert default_folder({}).name == "comity"


def test_opening_a_node_is_quick_and_loads_no_database(node):
    script = (
        "import sys\nfrom comity.bootstrap.node import Node\n"
        "Node.open(sys.argv[1]).archive.size()\n"
        "assert not [n for n in sys.modules if n.startswith(('django', 'numpy'))]\n"
    )
    environ = {k: v for k, v in os.environ.items() if not k.startswith("COMITY")}
    subprocess.run([sys.executable, "-c", script, str(node.folder)], check=True, env=environ)
