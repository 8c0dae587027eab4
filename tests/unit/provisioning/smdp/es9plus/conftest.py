from tests.support.fixtures import logs, rig, runner

__all__ = ["logs", "rig", "runner"]
