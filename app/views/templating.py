"""Jinja with less work for each value of a page: a list writes a thousand and calls three hundred functions.

What a template means stays the same: values are escaped, functions that ask for the context are given it.
"""
from types import FunctionType, MethodType

from flask.templating import Environment
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from markupsafe import Markup, _escape_inner, escape

_ASKS = "jinja_pass_arg"  # set by Jinja on a function that wants the context


def written(value) -> str:
    """A value as it stands in HTML. What is written is joined and only then marked as safe, so that no piece of it is
    made a Markup of its own: that takes ten times as long as escaping it."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    return value if kind is Markup else escape(value)


class Writer(CodeGenerator):
    """Compiles `{{ value }}` to `written`."""

    def _output_child_pre(self, node, frame, finalize):
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write(f"environment.written({finalize.src or ''}")


class Known(Context):
    """The values of a template."""

    def __init__(self, environment, parent, name, blocks, **_globals):
        # Globals of one template alone we have none, and what is imported would be compared with all of them each time.
        super().__init__(environment, parent, name, blocks)

    def call(self, called, /, *args, **kwargs):
        """Plain functions and methods are called at once; Jinja looks at each of them three times."""
        kind = type(called)
        if (kind is MethodType and _ASKS not in getattr(called.__func__, "__dict__", ())
                or kind is FunctionType and _ASKS not in called.__dict__):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


class Templates(Environment):
    """The environment of the application."""

    code_generator_class, context_class = Writer, Known
    written = staticmethod(written)
