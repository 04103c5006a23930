# SPDX-License-Identifier: Apache-2.0
"""Which mails belong together and why: fingerprints, links between mails, actors, a picture.

Depends on the set of mails only, never on their order. A fingerprint holds hashes, no words of a
mail. Begin with `fingerprint` and `cluster`.
"""
