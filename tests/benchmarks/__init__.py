"""Benchmarks: figures side by side in one run, by `python -m tests.benchmarks [NAME…]`. Never collected by pytest."""
