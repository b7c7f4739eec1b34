"""A second working-out of every figure that follows the declarations: plain pandas on the extract's own files.

It shares nothing with the product but the models of params/: no warehouse, no cubes, no SQL. `figures` gives what a
report's CSV should hold, and `differences` lists where it does not.
"""

from second.areas import Place
from second.changes import significance
from second.declarations import Declarations, declarations_of, read_declarations
from second.differences import differences
from second.reading import Extract, read_extract
from second.working import COLUMNS, Working, figures

__all__ = [
    "COLUMNS",
    "Declarations",
    "Extract",
    "Place",
    "Working",
    "declarations_of",
    "differences",
    "figures",
    "read_declarations",
    "read_extract",
    "significance",
]
