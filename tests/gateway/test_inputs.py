# SPDX-License-Identifier: Apache-2.0
"""What is found below the paths that an operator names."""

from comity.gateway.inputs import find_sources


def test_a_source_tells_its_size_before_it_is_read(tmp_path):
    (tmp_path / "a.eml").write_bytes(b"From: a@x.example\r\n\r\n" + b"x" * 5_000)
    (found,) = find_sources([str(tmp_path)])
    assert found.content is None
    assert found.size == len(found.read()) == 5_021
