"""API keys and remembered answers, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openesim.kernel.errors import ConflictError
from openesim.services.access import ApiKey
from openesim.services.replies import Reply


class MemoryAccess:
    """Implements ``AccessStores`` and ``ReplyStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, ApiKey] = {}
        self.replies: dict[tuple[str, str], Reply] = {}

    def api_key(self, key_id: str) -> ApiKey | None:
        return self.keys.get(key_id)

    def api_keys(self, operator: str | None, limit: int) -> list[ApiKey]:
        keys = sorted(self.keys.values(), key=lambda key: (key.created_at, key.key_id))
        return [key for key in keys if operator in {None, key.operator}][:limit]

    def add_api_key(self, key: ApiKey) -> None:
        if key.key_id in self.keys:
            raise ConflictError("a row with the same key exists")
        self.keys[key.key_id] = key

    def revoke_api_key(self, key_id: str, at: datetime) -> None:
        self.keys[key_id] = replace(self.keys[key_id], revoked_at=at)

    def reply(self, operator: str, idempotency_key: str) -> Reply | None:
        return self.replies.get((operator, idempotency_key))

    def add_reply(self, reply: Reply) -> None:
        name = (reply.operator, reply.idempotency_key)
        if name in self.replies:
            raise ConflictError("a row with the same key exists")
        self.replies[name] = reply

    def remove_reply(self, operator: str, idempotency_key: str) -> None:
        self.replies.pop((operator, idempotency_key), None)

    def sweep_replies(self, before: datetime, limit: int) -> int:
        old = [name for name, reply in self.replies.items() if reply.created_at < before][:limit]
        for name in old:
            del self.replies[name]
        return len(old)
