"""Tables of PostgreSQL with PostGIS, read as columns and shapes and written in one transaction.

User and password come from where libpq, the driver's library, looks for them: PGUSER and PGPASSWORD, ~/.pgpass, or a
service file. An address holds no password, and no message repeats an address. Names reach the database quoted by the
driver, and cells as data: nothing of a user's is ever a part of a statement.
"""

from assetplan.postgis.address import DatabaseTable

__all__ = ["DatabaseTable"]
