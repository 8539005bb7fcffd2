"""Paths of the reference documents for modules and providers; what they hand on lives in `app/`."""
