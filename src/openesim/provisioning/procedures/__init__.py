"""The halves of a flow that two roles share."""
