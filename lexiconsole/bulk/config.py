"""How a bulk operation is cut up and tried: batches, concurrency, time and attempts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["BulkOperationConfig"]


class BulkOperationConfig(BaseModel):
    """The terms of a bulk operation; also the flat fields of the `workflow:` section of `application.yaml`.

    Raises pydantic's ValidationError for a value without sense and for a name that does not exist.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    enabled: bool = Field(default=True, description="False refuses to start bulk operations and pipelines")
    batch_size: int = Field(default=10, ge=1, description="items per batch")
    max_concurrency: int = Field(default=5, ge=1, description="batches that run at once")
    timeout: float | None = Field(default=300.0, gt=0, description="seconds for the whole operation, null for no limit")
    retry_attempts: int = Field(default=3, ge=1, description="tries of one item or batch in all")
    retry_delay: float = Field(
        default=1.0, ge=0, description="seconds before the second try; doubles with each further one"
    )
    enable_progress_tracking: bool = Field(default=True, description="report progress to whoever is watching")
    pipeline_timeout: float | None = Field(
        default=300.0, gt=0, description="seconds for a whole pipeline, null for no limit"
    )
