"""The family BMAD: an epic is a unit, each of its stories a ticket."""
