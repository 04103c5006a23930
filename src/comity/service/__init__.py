# SPDX-License-Identifier: Apache-2.0
"""Use cases, one file each, in the words of the user; `ports` says what they need from outside.

Holds no SQL, no HTTP, no terminal; time and randomness come through the ports.
"""
