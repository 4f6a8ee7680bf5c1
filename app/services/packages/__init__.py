"""Configuration as a package (B-21): what configurators have defined, in one readable file that moves between
installations.

`parts` says what travels and how its rows are known, `reading` writes it down, `document` is the file, `importing`
compares it with what is there and brings it in, `undoing` takes an import back.
"""
