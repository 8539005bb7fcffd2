"""Pipelines: ordered steps with dependencies, branches and parallel groups; and TransformPipe for data in passing."""

from lexiconsole.pipeline.conditional import ConditionalStep
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.pipeline.decorators import conditional, parallel, step
from lexiconsole.pipeline.error import PipelineError
from lexiconsole.pipeline.function import FunctionStep
from lexiconsole.pipeline.parallel import ParallelStep
from lexiconsole.pipeline.pipeline import Pipeline
from lexiconsole.pipeline.step import PipelineStep
from lexiconsole.pipeline.transform import TransformPipe

__all__ = [
    "ConditionalStep",
    "FunctionStep",
    "ParallelStep",
    "Pipeline",
    "PipelineContext",
    "PipelineError",
    "PipelineStep",
    "TransformPipe",
    "conditional",
    "parallel",
    "step",
]
