"""The shell: what surrounds every page, first pages, refusals, the texts that Flask-AppBuilder brings."""
