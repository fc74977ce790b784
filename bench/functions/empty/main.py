"""A function that does nothing: what the platform itself costs."""

import flask
import functions_framework


@functions_framework.http
def empty(request: flask.Request) -> flask.Response:
    """Answers an empty object."""
    request.get_data()
    return flask.Response(b"{}", mimetype="application/json")
