"""flask commands, a file a group; app/cli.py puts every one it finds here on the command line."""
