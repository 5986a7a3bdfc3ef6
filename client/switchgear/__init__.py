"""Switchgear's client."""
