"""Work that must not be lost (ports.Work): embedded in one process on SQLite, by Procrastinate on PostgreSQL."""
