"""A console in the browser, on this machine only. Needs the extra `lexiconsole[browser]`; nothing of it is imported before."""
