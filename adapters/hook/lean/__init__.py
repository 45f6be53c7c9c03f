"""Stand-ins that the hook's process imports in place of modules of the standard library that are slow to start.

`typing`, `dataclasses`, `hashlib` and `json` cost 40 ms where the whole interpreter costs 11; a hook that is called
before each tool call has 22. Each stand-in gives what this project uses with the same results, and hands out the real
module's name for everything else. They stand in only in the hook's own process: `adapters/hook/start.py` puts this
folder at the head of its path.
"""
