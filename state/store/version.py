"""The version of the state database's shape, alone in a module that loads nothing."""

VERSION = 4
