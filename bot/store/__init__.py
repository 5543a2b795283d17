"""The database: one writer, units of work, tables, migrations. Only this package and units see a Connection."""
