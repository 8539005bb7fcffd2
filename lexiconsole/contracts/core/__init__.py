"""Ports of the application around a workflow."""
