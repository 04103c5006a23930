# SPDX-License-Identifier: Apache-2.0
"""The pieces of the world: grammar, addresses, pictures, attachments, command line."""

import io
import json
import subprocess
import sys
import zipfile
from ipaddress import ip_network

import maxminddb
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from simulator.attachments import KINDS, make
from simulator.cli import run
from simulator.dice import dice
from simulator.grammar import parse, say, settle
from simulator.mmdb import mmdb
from simulator.networks import Kind, of_kind, operators
from simulator.picture import advert, qr, stained
from simulator.recipients import trust
from simulator.world import START, World


class TestGrammar:
    def test_choices_slots_lists_and_dollars(self):
        node = parse("{a|b} $name $$5 $word", {"word": parse("{x|y}")})
        said = {say(node, dice(n), {"name": lambda _: "Ann"}) for n in range(40)}
        assert said == {f"{one} Ann $5 {two}" for one in "ab" for two in "xy"}

    @pytest.mark.parametrize("text", ["{a|b", "a}", "{a{b}"])
    def test_unbalanced_braces_are_refused(self, text):
        with pytest.raises(ValueError, match="in "):
            parse(text)

    def test_settled_with_nothing_open_says_one_thing(self):
        node = parse("{a|b|c} {d|e|f} {g|h|i}")
        once = settle(node, dice(1), {}, 0.0)
        assert isinstance(once, str)

    def test_settled_with_all_open_still_says_several(self):
        node = settle(parse("{a|b|c} {d|e|f}"), dice(1), {}, 1.0)
        assert len({say(node, dice(n), {}) for n in range(60)}) > 3

    @given(st.text(alphabet="ab{}|$ ", max_size=40))
    def test_any_text_parses_or_is_refused(self, text):
        try:
            node = parse(text)
        except ValueError:
            return
        say(settle(node, dice(1), {}, 0.5), dice(2), {"a": str, "b": str, "ab": str} | _Any())


class _Any(dict):
    def __missing__(self, key):
        return lambda _: key

    def __ror__(self, other):
        return self


class TestAddressTable:
    def test_every_network_is_read_back(self, tmp_path):
        path = tmp_path / "world.mmdb"
        path.write_bytes(World(1, 10).mmdb())
        with maxminddb.open_database(path) as table:
            assert table.metadata().build_epoch == START
            for one in operators():
                for piece in one.ranges:
                    for ip in (piece.net[0], piece.net[7]):
                        found = table.get(str(ip))
                        assert found["asn"] == f"AS{one.asn}"
                        assert found["as_name"] == one.name
                        assert found["country_code"] == piece.country
            assert table.get("203.0.113.5") is None
            assert table.get("8.8.8.8") is None

    def test_overlapping_ranges_are_refused(self):
        rows = [(ip_network("192.0.2.0/24"), {"a": "1"}), (ip_network("192.0.2.0/25"), {"a": "2"})]
        with pytest.raises(ValueError, match="inside another range"):
            mmdb(rows, name="t", built=1, about="t")

    def test_long_texts_are_read_back(self, tmp_path):
        path = tmp_path / "t.mmdb"
        rows = [(ip_network("2001:db8::/32"), {"a": "x" * n}) for n in (300,)]
        rows.append((ip_network("192.0.2.0/24"), {"b": "y" * 29}))
        path.write_bytes(mmdb(rows, name="t", built=1, about="t"))
        with maxminddb.open_database(path) as table:
            assert table.get("2001:db8::1") == {"a": "x" * 300}
            assert table.get("192.0.2.1") == {"b": "y" * 29}

    def test_networks_use_documentation_numbers_and_do_not_overlap(self):
        ranges = [piece.net for one in operators() for piece in one.ranges]
        for at, net in enumerate(ranges):
            assert not any(
                net.version == other.version and net.overlaps(other) for other in ranges[at + 1 :]
            )
        documented = {*range(64496, 64512), *range(65536, 65552)}
        assert {one.asn for one in operators()} == documented
        assert all(of_kind(kind) for kind in Kind)


def test_trust_names_hosts_and_relays_of_every_place():
    rules = trust()
    assert len(rules) == 16
    for rule in rules:
        assert rule["by"]
        assert all(ip_network(relay) for relay in rule["relays"])
    json.dumps(rules)


class TestPictures:
    def test_a_qr_code_reads_back(self):
        picture = Image.open(io.BytesIO(qr("https://a.example/x?id=7")))
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [
            "https://a.example/x?id=7"
        ]

    def test_a_stained_picture_has_other_bytes_and_the_same_pixels(self):
        plain = advert(dice(1), 4000)
        other = stained(plain, dice(2))
        assert plain != other
        assert Image.open(io.BytesIO(plain)).tobytes() == Image.open(io.BytesIO(other)).tobytes()


class TestAttachments:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_same_dice_give_the_same_bytes(self, kind):
        assert make(kind, "Invoice", dice(1)) == make(kind, "Invoice", dice(1))

    def test_a_macro_document_holds_its_macro_part(self):
        file = make("docm", "Invoice", dice(1))
        with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
            assert "word/vbaProject.bin" in packed.namelist()

    def test_a_locked_archive_says_so(self):
        file = make("zip-locked", "Invoice", dice(1))
        with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
            assert packed.infolist()[0].flag_bits & 1

    def test_no_dummy_holds_code(self):
        exe = make("exe", "Invoice", dice(1)).content
        assert exe.startswith(b"MZ")
        assert exe.count(0) > len(exe) / 2


class TestCommandLine:
    def test_it_writes_mails_reports_truth_trust_and_addresses(self, tmp_path):
        assert run(["--seed", "1", "--mails", "60", "--out", str(tmp_path), "--reports"]) == 0
        rows = [json.loads(line) for line in (tmp_path / "truth.ndjson").open(encoding="utf-8")]
        assert len(rows) == 60
        for row in rows:
            assert (tmp_path / row["path"]).read_bytes() == World(1, 60).mail(row["index"]).raw
        told = [json.loads(line) for line in (tmp_path / "reports.ndjson").open(encoding="utf-8")]
        assert told
        assert all((tmp_path / row["path"]).is_file() for row in told)
        assert json.loads((tmp_path / "trust.json").read_text())
        assert (tmp_path / "world.mmdb").is_file()

    def test_no_mails_is_wrong_use(self, tmp_path, capsys):
        with pytest.raises(SystemExit) as stopped:
            run(["--mails", "0", "--out", str(tmp_path)])
        assert stopped.value.code == 2
        assert "at least one mail" in capsys.readouterr().err

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path, capsys):
        (tmp_path / "file").write_text("")
        assert run(["--mails", "5", "--out", str(tmp_path / "file")]) == 74
        assert "cannot write" in capsys.readouterr().err

    def test_help_is_there(self):
        done = subprocess.run(
            [sys.executable, "-m", "simulator", "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "--size-bytes" in done.stdout
