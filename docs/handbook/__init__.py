"""Makes the handbook: Markdown from `docs/`, the parameters and the commands become HTML that is read offline.

`python -m docs.handbook` builds it into `resources/handbook/`, from where the window opens it.
"""
