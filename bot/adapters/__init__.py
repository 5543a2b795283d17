"""The world outside, behind the ports: Slack, the clock, work. Vendors are named here, in listeners/ and in app.py."""
