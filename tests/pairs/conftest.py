from tests.support.fixtures import rig, runner

__all__ = ["rig", "runner"]
