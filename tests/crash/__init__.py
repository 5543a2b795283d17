"""A desk that is killed again and again in a storm of events, while Slack fails: nothing is lost, nothing comes twice.

`python -m tests.crash --help` says how it is run in full; tests/scenarios/test_crash.py runs it small.
"""
