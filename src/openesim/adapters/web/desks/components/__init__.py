"""View models of the components: what a template draws, put together from what services return."""
