"""The documentation site: `make docs` builds it into build/site, without the network and without a warning."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "_ext"))

from assetplan import __version__

project = "assetplan"
author = "assetplan contributors"
release = version = __version__
language = "en_GB"
exclude_patterns = ["_ext", "_static"]

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "mathml",
    "repository",
    "generated",
]
# Links to types of other packages would ask for the network.
nitpick_ignore_regex = [("py:.*", ".*")]
# A word of a docstring may be the name of several attributes.
suppress_warnings = ["ref.python"]
highlight_language = "text"
default_role = "literal"
autodoc_default_options = {"exclude-members": "model_config, model_post_init"}
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_use_param = False
napoleon_use_rtype = False

html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
# Notebooks are stored without output and run while the site is built; one that fails is no site.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 240

html_theme = "furo"
html_title = "assetplan"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sourcelink = False
