# SPDX-License-Identifier: Apache-2.0
"""What may be asked about an address: the port that address data is behind.

The core never opens a database; `gateway.mmdb` does.
"""

from typing import Protocol

from comity.trace.trace import AddressFacts
from comity.values.address import Address


class AddressData(Protocol):
    """Network and country of an address, from data with a name and a date."""

    def facts(self, ip: Address) -> AddressFacts:
        """Never raises for an address; says in `data` why nothing is known."""
        ...

    def version(self) -> str:
        """Name and date of the data, for the result's `versions`."""
        ...


class NoAddressData:
    """No database was given."""

    _FACTS = AddressFacts(None, None, None, "no address data was given (comity analyse --geo FILE)")

    def facts(self, ip: Address) -> AddressFacts:
        return self._FACTS

    def version(self) -> str:
        return "none"
