"""Ports of infrastructure that users bring along."""
