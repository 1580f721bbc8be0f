"""Beside a gate: a dynamic resource that has nothing to do with sessions."""

from __future__ import annotations

import pulumi

from support.clock import Unrelated

pulumi.export("created_at", Unrelated().created_at)
